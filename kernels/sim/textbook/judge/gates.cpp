// gates.cpp - the table of the quantities that a gate can limit.
#include "kernels/sim/textbook/judge/gates.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "kernels/common/check.h"
#include "kernels/sim/textbook/program.h"

namespace gs::judge {
namespace {

using simulator::Counts;
using simulator::LineCounts;

double ratio(std::int64_t a, std::int64_t b) {
  return b == 0 ? 0 : double(a) / double(b);
}

struct Quantity {
  std::string_view name;
  double (*of)(const Counts&);
  const char* code;                     ///< of the message
  double (*weight)(const LineCounts&);  ///< the line with the most is shown; null: none is
};

constexpr Quantity quantities[] = {
    {"loads of global memory", [](const Counts& c) { return double(c.loads); }, "",
     [](const LineCounts& l) { return double(l.requests); }},
    {"stores to global memory", [](const Counts& c) { return double(c.stores); }, "",
     [](const LineCounts& l) { return double(l.requests); }},
    {"sectors a request", [](const Counts& c) { return ratio(c.sectors, c.requests); }, "M20",
     [](const LineCounts& l) { return double(l.wasted_sectors); }},
    {"bank conflicts", [](const Counts& c) { return double(c.bank_conflicts); }, "M21",
     [](const LineCounts& l) { return double(l.bank_conflicts); }},
    {"requests of shared memory", [](const Counts& c) { return double(c.shared_requests); }, "",
     [](const LineCounts& l) { return double(l.shared_requests); }},
    {"divergent requests", [](const Counts& c) { return double(c.divergent_requests); }, "M22",
     [](const LineCounts& l) { return double(l.divergent_requests); }},
    {"barriers a block", [](const Counts& c) { return ratio(c.barriers, c.blocks); }, "", nullptr},
};

const Quantity& quantity_of(std::string_view name) {
  std::string names;
  for (const Quantity& quantity : quantities) {
    if (quantity.name == name) return quantity;
    names += (names.empty() ? "" : ", ") + std::string(quantity.name);
  }
  throw Error("exercise.txt: gate: '" + std::string(name) + "' cannot be limited; there are: " + names);
}

/// The number behind `word` in `text`.
double number_after(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  const std::string number(at == text.npos ? "" : text.substr(at + word.size()));
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (end == number.c_str())
    throw Error("exercise.txt: gate: '" + std::string(text) + "' has no '" + std::string(word) + " NUMBER'");
  return value;
}

/// "1,000", "4.5"
std::string grouped_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value == double(std::int64_t(value)) ? "%.0f" : "%.1f", value);
  std::string digits = text;
  for (auto at = std::ptrdiff_t(std::min(digits.find('.'), digits.size())) - 3; at > 0; at -= 3)
    digits.insert(std::size_t(at), ",");
  return digits;
}

}  // namespace

Gate gate_of(std::string_view text) {
  Gate gate{std::string(text.substr(0, text.find(';'))), number_after(text, "; naive "),
            number_after(text, "; at most ")};
  quantity_of(gate.quantity);
  return gate;
}

double measured(const Gate& gate, const Counts& counts) {
  return quantity_of(gate.quantity).of(counts);
}

std::string in_words(const Gate& gate, double yours) {
  return gate.quantity + ": yours " + grouped_number(yours) + ", naive " + grouped_number(gate.naive) + ", wanted " +
         grouped_number(gate.at_most) + (gate.at_most == 0 ? "" : " or less");
}

simulator::Explanation too_dear(const Gate& gate, double yours, const Counts& counts) {
  const Quantity& quantity = quantity_of(gate.quantity);
  simulator::Explanation explanation;
  explanation.code = quantity.code;
  explanation.what = "right, but dear: " + in_words(gate, yours);
  if (!quantity.weight || counts.lines.empty()) {
    if (const auto* const launch = textbook::last_launch()) {
      explanation.file = launch->where.file;
      explanation.line = launch->where.line;
    }
    return explanation;
  }
  const LineCounts& line = *std::max_element(
      counts.lines.begin(), counts.lines.end(),
      [&](const LineCounts& a, const LineCounts& b) { return quantity.weight(a) < quantity.weight(b); });
  explanation.file = line.file;
  explanation.line = line.line;
  explanation.facts = {"This line has the largest part of it."};
  return explanation;
}

}  // namespace gs::judge
