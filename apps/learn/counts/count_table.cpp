// count_table.cpp - a row for each line.
#include "apps/learn/counts/count_table.h"

#include <cstdlib>
#include <utility>

#include "apps/learn/counts/fusing.h"
#include "apps/learn/machine_code/machine_code.h"
#include "kernels/common/grouped.h"
#include "kernels/sim/textbook/bound.h"
#include "kernels/sim/textbook/messages.h"

namespace gs::learn {
namespace {

using textbook::Entry;

std::int64_t number(const Entry& entry, std::string_view field) {
  return std::strtoll(entry[field].c_str(), nullptr, 10);
}

std::string column(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string heading_of(const Entry& kernel) {
  const std::int64_t launches = number(kernel, "launches");
  return "\n" + kernel["name"] + ": " + grouped(launches) + (launches == 1 ? " launch" : " launches") + ", " +
         plural(number(kernel, "blocks"), "block") + ", " + plural(number(kernel, "threads"), "thread") + ", " +
         plural(number(kernel, "barriers"), "barrier") +
         "\n  global memory: " + plural(number(kernel, "loads"), "load") + " of " +
         grouped(number(kernel, "loaded_bytes")) + " bytes, " + plural(number(kernel, "stores"), "store") + " of " +
         grouped(number(kernel, "stored_bytes")) + " bytes\n";
}

/// A column of the table.
struct Count {
  std::string_view field;
  const char* title;
  std::size_t width;
};
constexpr Count columns[] = {{"requests", "requests", 10},
                             {"sectors", "sectors", 10},
                             {"ideal", "ideal", 10},
                             {"shared_requests", "shared", 10},
                             {"bank_conflicts", "bank conflicts", 16},
                             {"divergent_requests", "divergent", 11}};

std::string titles() {
  std::string row = column("line", 7);
  for (const Count& count : columns) row += column(count.title, count.width);
  return row + "\n";
}

std::string row_of(const Entry& line, bool machine_code) {
  const bool open = machine_code && line["certain"] == "0";
  std::string row = column((open ? "~" : "") + line["line"], 7);
  for (const Count& count : columns) {
    const std::int64_t value = number(line, (machine_code ? "fused_" : "") + std::string(count.field));
    row += column(value == 0 ? "" : grouped(value), count.width);
  }
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string bounds_of(const Entry& kernel, const textbook::Gpu& gpu) {
  return textbook::bound_lines(
      {number(kernel, "launches"),
       32 * number(kernel, "touched_sectors"),
       {int(number(kernel, "block_threads")), std::size_t(number(kernel, "shared_bytes")), {}}},
      gpu);
}

/// The kernel at `at` and what belongs to it; moves `at` behind.
std::string table_of(const std::vector<Entry>& entries, std::size_t& at, const textbook::Gpu& gpu) {
  const Entry& kernel = entries[at];
  const bool machine_code = kernel["machine_code"] == "1";
  std::string rows, notes, file, words;
  bool several_files = false, open = false;
  std::vector<const Entry*> lines;
  while (++at < entries.size() && entries[at].kind != "kernel") {
    if (entries[at].kind == "line") lines.push_back(&entries[at]);
    if (entries[at].kind == "finding") notes += entries[at]["text"];
  }
  for (const Entry* line : lines) several_files = several_files || (*line)["file"] != (*lines.front())["file"];
  for (const Entry* line : lines) {
    if (several_files && std::exchange(file, (*line)["file"]) != (*line)["file"])
      rows += textbook::path_from_here(file) + "\n";
    rows += row_of(*line, machine_code);
    open = open || (machine_code && (*line)["certain"] == "0");
    if (const std::string about = fusing_in_words(*line, machine_code); !about.empty())
      words += textbook::indented("line " + (*line)["line"] + ": " + about);
  }
  std::string text = heading_of(kernel);
  if (machine_code)
    text += std::string("  as nvcc compiles it for ") + machine_architecture + ":\n";
  else if (!words.empty())
    text += "  as written, not as a CUDA compiler would fuse it:\n";
  text += titles() + rows + words;
  if (open)
    text += textbook::indented(
        "~: the machine code has accesses of several widths in this line, or none; each is counted as wide as it can "
        "be");
  if (kernel["cut_apart"] == "1")
    text += "  Some requests were split, for their lanes did too much between two barriers.\n";
  return text + bounds_of(kernel, gpu) + notes;
}

}  // namespace

std::string count_tables(const std::vector<Entry>& entries, const textbook::Gpu& gpu) {
  std::string text;
  for (std::size_t at = 0; at < entries.size();)
    if (entries[at].kind == "kernel")
      text += table_of(entries, at, gpu);
    else
      ++at;
  return text;
}

}  // namespace gs::learn
