// comparison.cpp - finds the first wrong element, who wrote it, and where its value would be right.
#include "kernels/sim/textbook/judge/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "kernels/common/grouped.h"
#include "kernels/sim/check/checker.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/textbook/program.h"
#include "kernels/sim/words.h"

namespace gs::judge {
namespace {

using simulator::Explanation;

bool is_right(double is, double should_be, double tolerance) {
  if (std::isnan(should_be)) return std::isnan(is);
  if (is == should_be) return true;  // infinities, too
  return std::abs(is - should_be) <= tolerance * std::max(1.0, std::abs(should_be));
}

/// The message points at the instruction that wrote the element.
void point_at_writer(Explanation& explanation, const Array& output, long element) {
  const char* const at = output.memory + bytes_of(output.type) * std::size_t(element);
  const auto writer = simulator::check::last_writer(at);
  if (!writer) return;
  const std::string place = simulator::check::full_paths({writer->code}).front();
  const auto colon = place.rfind(':');
  if (colon == place.npos) return;
  explanation.file = place.substr(0, colon);
  explanation.line = unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
  const std::string name = element_in_words(output, element);
  explanation.focus = {name.substr(0, name.find('[') + 1)};
  const auto* const launch = textbook::last_launch();
  if (launch && writer->block >= 0)
    explanation.facts.push_back("It was written by " + simulator::thread_in(writer->thread, launch->block) + " of " +
                                simulator::block_in(std::uint64_t(writer->block), launch->grid) + ".");
}

/// The message points at the launch, because no thread wrote the element.
void point_at_launch(Explanation& explanation) {
  const auto* const launch = textbook::last_launch();
  if (!launch) {
    explanation.facts.push_back("No kernel was launched.");
    return;
  }
  explanation.file = launch->where.file;
  explanation.line = launch->where.line;
  const auto volume = [](simulator::dim3 extent) { return std::int64_t(extent.x) * extent.y * extent.z; };
  explanation.facts.push_back("The launch had " + plural(volume(launch->grid), "block") + " of " +
                              plural(volume(launch->block), "thread") + ".");
}

void add_position(Explanation& explanation, long element, long row) {
  if (row == 0) return;
  const std::string x = std::to_string(element % row), y = std::to_string(element / row);
  explanation.facts.push_back("It is in row " + y + ", column " + x + ": " + y + " x " + std::to_string(row) + " + " +
                              x + " = " + std::to_string(element) + ".");
}

Explanation never_written(const Array& output, const Expected& expected, long first, long count) {
  Explanation explanation;
  explanation.code = "M10";
  const std::string name = element_in_words(output, first);
  explanation.what = grouped(count) + " of " + plural(output.count, "element") + " of " +
                     name.substr(0, name.find('[')) + (count == 1 ? " was" : " were") +
                     " never written, the first is " + name;
  point_at_launch(explanation);
  add_position(explanation, first, expected.row);
  return explanation;
}

Explanation wrong_value(const Array& output, const Expected& expected, long element, long wrong,
                        bool nan_among_inputs) {
  const double is = value_of(output, element), should_be = expected.value(element);
  Explanation explanation;
  explanation.what = element_in_words(output, element) + " is " + in_words(is) + ", should be " + in_words(should_be);
  point_at_writer(explanation, output, element);
  add_position(explanation, element, expected.row);
  if (wrong > 1) explanation.facts.push_back(grouped(wrong) + " of " + plural(output.count, "element") + " are wrong.");
  if (std::isnan(is) || std::isnan(should_be)) {
    explanation.code = "M26";
    if (!nan_among_inputs) explanation.what += "; the inputs are finite";
    if (std::isnan(is))
      explanation.advice =
          "It comes from infinity / infinity, infinity - infinity, 0 / 0, or from a value that was NaN before";
    return explanation;
  }
  explanation.code = "M09";
  long others = 0, other = 0;
  for (long i = 0; i < output.count && others < 2; ++i)
    if (i != element && is_right(is, expected.value(i), expected.tolerance)) ++others, other = i;
  if (others == 1) {
    explanation.what += ": " + in_words(is) + " is right for " + element_in_words(output, other);
    explanation.advice = "Probably an index is wrong: compute by hand what this thread reads and writes";
  }
  return explanation;
}

}  // namespace

std::optional<Explanation> mistake_in(const Array& output, const Expected& expected, bool nan_among_inputs) {
  long unwritten = 0, first_unwritten = 0, wrong = 0, first_wrong = 0;
  for (long i = 0; i < output.count; ++i) {
    const double should_be = expected.value(i);
    if (is_unwritten(output, i)) {
      if (!expected.may_stay_unwritten && unwritten++ == 0) first_unwritten = i;
    } else if (!is_right(value_of(output, i), should_be, expected.tolerance) && wrong++ == 0) {
      first_wrong = i;
    }
  }
  if (unwritten > 0) return never_written(output, expected, first_unwritten, unwritten);
  if (wrong > 0) return wrong_value(output, expected, first_wrong, wrong, nan_among_inputs);
  return std::nullopt;
}

std::optional<Explanation> difference(const Array& output, const std::string& before, unsigned seed) {
  const std::size_t bytes = bytes_of(output.type);
  for (long i = 0; i < output.count; ++i) {
    const std::size_t at = bytes * std::size_t(i);
    if (std::memcmp(output.memory + at, before.data() + at, bytes) == 0) continue;
    std::string copy = before;
    const Array earlier{output.name, output.type, output.count, copy.data()};
    Explanation explanation;
    explanation.code = "M28";
    constexpr int digits = 9;
    explanation.what = "with threads in another order (seed " + std::to_string(seed) + ") " +
                       element_in_words(output, i) + " is " + in_words(value_of(output, i), digits) + " instead of " +
                       in_words(value_of(earlier, i), digits);
    point_at_writer(explanation, output, i);
    explanation.advice = "Probably atomic operations come in another order, and the sum of floats depends on it";
    return explanation;
  }
  return std::nullopt;
}

}  // namespace gs::judge
