// ladder_text.cpp - lists, tables and counts as text.
#include "apps/learn/ladder_text.h"

#include <cstdarg>
#include <cstdio>

#include "kernels/common/grouped.h"
#include "kernels/sim/textbook/bound.h"

namespace gs::learn {
namespace {

struct ShownCount {
  const char *name, *words;
};
constexpr ShownCount shown_counts[] = {
    {"requests", "requests of global memory"},
    {"sectors", "sectors of 32 bytes that they touch"},
    {"shared_requests", "requests of shared memory"},
    {"bank_conflicts", "bank conflicts: turns beyond the first"},
    {"divergent_requests", "requests by a part of a warp"},
    {"barriers", "barriers"},
    {"shared_bytes", "bytes of shared memory a block"},
    {"block_threads", "threads a block"},
};

// The columns are those of table_head().
#define GS_ROW_FORMAT "%-25s %-15s %8s %9s %7s %8s %9s %6s %5s %5s %5s %7s\n"

[[gnu::format(printf, 1, 2)]] std::string text_by(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

/// "2 m n k / (32 sectors)", with one digit behind the point below 10
std::string operations_a_byte(const Climbed& rung) {
  if (rung.operations == 0) return "-";
  const double value = double(rung.operations) / double(32 * rung.count("sectors"));
  return text_by("%.*f", value < 10 ? 2 : 1, value);
}

std::string joined_sizes(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace

std::string list_of_ladders() {
  std::string text;
  for (const Ladder& ladder : ladders()) {
    text += std::string(ladder.name) + ": " + std::string(ladder.sentence) + "\n";
    for (const Rung& rung : rungs_of(ladder)) text += "  " + std::to_string(rung.number) + "  " + rung.idea + "\n";
  }
  return text;
}

std::string table_head(const Ladder& ladder, const Rung& first, const textbook::Gpu& gpu) {
  return std::string(ladder.name) + " at " + joined_sizes(first.sizes, " x ") + "; the GPU is " +
         textbook::with_article(gpu) + "\n\n" +
         text_by(GS_ROW_FORMAT, "", "right within", "", "", "sectors", "shared", "bank", "diver-", "bar-", "ops/",
                 "occu-", "at") +
         text_by(GS_ROW_FORMAT, "rung", "(allowed)", "requests", "sectors", "a req.", "requests", "conflicts", "gent",
                 "riers", "byte", "pancy", "least");
}

std::string table_row(const Climbed& rung, const textbook::Gpu& gpu) {
  const auto count = [&](const char* name) { return grouped(rung.count(name)); };
  return text_by(GS_ROW_FORMAT, rung.rung.name().c_str(), (rung.right_within + " (" + rung.allowed + ")").c_str(),
                 count("requests").c_str(), count("sectors").c_str(),
                 text_by("%.1f", double(rung.count("sectors")) / double(rung.count("requests"))).c_str(),
                 count("shared_requests").c_str(), count("bank_conflicts").c_str(), count("divergent_requests").c_str(),
                 count("barriers").c_str(), operations_a_byte(rung).c_str(),
                 text_by("%.0f %%", 100 * rung.occupancy(gpu)).c_str(),
                 textbook::rounded_down(rung.least_seconds(gpu)).c_str());
}

std::string table_foot(const Ladder& ladder, const textbook::Gpu& gpu) {
  std::string text = "\n";
  if (!ladder.operations_in_words.empty())
    text += "ops/byte: " + std::string(ladder.operations_in_words) +
            " operations for each byte of the sectors that requests of global memory touch.\n";
  text += text_by("at least: each distinct byte moved once at %.0f GB/s", gpu.gigabytes);
  if (!ladder.operations_in_words.empty()) text += text_by(", and the operations at %.1f TFLOP/s", gpu.fp32_tflops);
  text +=
      ". A bound for any program, not a predicted time.\noccupancy: from threads and shared memory; registers, "
      "which only a compiler knows, can lower it.\n";
  return text;
}

std::string story_of(const Rung& rung) {
  return rung.name() + ": " + rung.idea + "\n\n" + rung.story + "\n";
}

std::string counts_of(const Climbed& rung, const textbook::Gpu& gpu) {
  std::string text = "at " + joined_sizes(rung.rung.sizes, " x ") + ":\n";
  for (const ShownCount& count : shown_counts)
    text += text_by("  %14s  %s\n", grouped(rung.count(count.name)).c_str(), count.words);
  text += text_by("  %14s  occupancy at most, on %s\n", text_by("%.0f %%", 100 * rung.occupancy(gpu)).c_str(),
                  textbook::with_article(gpu).c_str());
  text += text_by("  %14s  at least, on %s\n", textbook::rounded_down(rung.least_seconds(gpu)).c_str(),
                  textbook::with_article(gpu).c_str());
  return text;
}

std::string moved_counts(const Climbed& from, const Climbed& to) {
  std::string text;
  for (const ShownCount& count : shown_counts) {
    const std::int64_t before = from.count(count.name), after = to.count(count.name);
    if (before == after) continue;
    std::string change = before == 0 || after == 0 ? "" : text_by("  %.2f times", double(after) / double(before));
    text += text_by("  %12s -> %-12s %-40s%s", grouped(before).c_str(), grouped(after).c_str(), count.words,
                    change.c_str());
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text.empty() ? "  no count moved\n" : text;
}

}  // namespace gs::learn
