// judge.cpp - runs an exercise at each size, in other orders of threads, and once more to count what it costs.
#include "kernels/sim/textbook/judge/judge.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>

#include "kernels/common/check.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/judge/arrays.h"
#include "kernels/sim/textbook/judge/comparison.h"
#include "kernels/sim/textbook/judge/gates.h"
#include "kernels/sim/textbook/program.h"
#include "kernels/sim/textbook/record.h"

namespace gs::judge {
namespace {

using simulator::Explanation;
using Size = std::vector<int>;
constexpr unsigned seeds[] = {7, 8};  // of the other orders of threads

enum class Phase { right, other_order, cost };

/// Shared by the parts of one judgement.
struct Judgement {
  Phase phase = Phase::right;
  std::vector<Array> inputs, outputs;  ///< of the size that is tried
  bool nan_among_inputs = false;
  std::optional<Explanation> mistake;                                        ///< the first one at this size
  std::size_t size = 0;                                                      ///< its number
  std::map<std::pair<std::size_t, std::string>, std::string> first_results;  ///< by size and output: its bytes
  unsigned seed = 0;
};
Judgement judgement;

std::vector<std::string_view> parts_of(std::string_view text, char between) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(text.substr(0, text.find(between)));
    text.remove_prefix(std::min(text.size(), parts.back().size() + 1));
  }
  return parts;
}

/// "37x21" -> {37, 21}
Size size_of(std::string_view text) {
  Size size;
  for (const std::string_view part : parts_of(text, 'x'))
    size.push_back(int(std::strtol(std::string(part).c_str(), nullptr, 10)));
  return size;
}

/// "1, 31 and 33", each as the exercise has it.
std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

[[noreturn]] void end_with(const Explanation& explanation) {
  textbook::add_mistake(explanation);
  textbook::end_program();
}

void run_once(void (*exercise)(Test&), const Size& size) {
  judgement.inputs.clear();
  judgement.outputs.clear();
  judgement.nan_among_inputs = false;
  judgement.mistake.reset();
  Test test(size);
  exercise(test);
  textbook::end_if_wrong();
}

/// The output of the learner's kernels is of use for the first size only.
void be_silent() {
  std::fflush(stdout);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO);
}

/// M27: the first size is right, others are not.
Explanation wrong_elsewhere(const std::string& first, const std::vector<std::string>& wrong,
                            const Explanation& detail) {
  Explanation explanation = detail;
  explanation.code = "M27";
  const std::string n = first.find('x') == first.npos ? "n = " : "";  // "37x21" says by itself that it is a size
  explanation.what = "right for " + n + first + ", wrong for " + n + list_of(wrong);
  explanation.facts.insert(explanation.facts.begin(), n + wrong.front() + ": " + detail.what + ".");
  explanation.advice = "Sizes that no power of two divides are the rule in practice";
  return explanation;
}

void be_right(void (*exercise)(Test&), const std::vector<std::string_view>& sizes) {
  std::vector<std::string> wrong;
  std::optional<Explanation> first;
  for (judgement.size = 0; judgement.size < sizes.size(); ++judgement.size) {
    run_once(exercise, size_of(sizes[judgement.size]));
    if (judgement.size == 0) be_silent();
    if (!judgement.mistake) continue;
    if (judgement.size == 0) end_with(*judgement.mistake);
    if (!first) first = judgement.mistake;
    wrong.emplace_back(sizes[judgement.size]);
  }
  if (first) end_with(wrong_elsewhere(std::string(sizes[0]), wrong, *first));
}

void be_right_in_other_orders(void (*exercise)(Test&), const std::vector<std::string_view>& sizes) {
  judgement.phase = Phase::other_order;
  simulator::options().random_order = true;
  for (const unsigned seed : seeds)
    for (judgement.size = 0; judgement.size < sizes.size(); ++judgement.size) {
      simulator::options().seed = judgement.seed = seed;
      run_once(exercise, size_of(sizes[judgement.size]));
      if (judgement.mistake) end_with(*judgement.mistake);
    }
  simulator::options().random_order = false;
}

void be_cheap(void (*exercise)(Test&), std::string_view size, const std::vector<Gate>& gates) {
  judgement.phase = Phase::cost;
  const auto counts = simulator::count([&] { run_once(exercise, size_of(size)); });
  std::optional<Explanation> mistake;
  for (const Gate& gate : gates) {
    const double yours = measured(gate, counts);
    const bool passed = yours <= gate.at_most + 1e-9;
    textbook::record({"gate",
                      {{"text", in_words(gate, yours)},
                       {"quantity", gate.quantity},
                       {"yours", std::to_string(yours)},
                       {"naive", std::to_string(gate.naive)},
                       {"wanted", std::to_string(gate.at_most)},
                       {"passed", passed ? "yes" : "no"}}});
    if (!passed && !mistake) mistake = too_dear(gate, yours, counts);
  }
  if (mistake) end_with(*mistake);
}

}  // namespace

void* Test::new_input(const char* name, Type type, long count, const Formula* value, bool changes) {
  const Array array = new_array(name, type, count);
  if (!value) fill(array, unsigned(judgement.inputs.size() + 1));
  for (long i = 0; value && i < count; ++i) {
    set_value(array, i, (*value)(i));
    judgement.nan_among_inputs |= std::isnan(value_of(array, i));
  }
  judgement.inputs.push_back(array);
  if (changes) judgement.outputs.push_back(array);
  return array.memory;
}

void* Test::new_output(const char* name, Type type, long count) {
  judgement.outputs.push_back(new_array(name, type, count));
  return judgement.outputs.back().memory;
}

void Test::compare(const void* output, const Expected& expected) {
  textbook::end_if_wrong();
  if (judgement.mistake || judgement.phase == Phase::cost) return;
  for (const Array& array : judgement.outputs) {
    if (array.memory != output) continue;
    std::string& first = judgement.first_results[{judgement.size, array.name}];
    if (judgement.phase == Phase::right) {
      first.assign(array.memory, bytes_of(array));
      judgement.mistake = mistake_in(array, expected, judgement.nan_among_inputs);
    } else {
      judgement.mistake = difference(array, first, judgement.seed);
    }
  }
}

int judge(int count, char** words, void (*exercise)(Test&)) try {
  require(count >= 3, "the judge needs the sizes, and the size for the gates");
  const auto sizes = parts_of(words[1], ',');
  std::vector<Gate> gates;
  for (int i = 3; i < count; ++i) gates.push_back(gate_of(words[i]));
  be_right(exercise, sizes);
  be_right_in_other_orders(exercise, sizes);
  if (!gates.empty()) be_cheap(exercise, words[2], gates);
  textbook::record({"verdict", {{"passed", "yes"}}});
  return 0;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());  // a mistake of the exercise, not of the learner
  return 1;
}

}  // namespace gs::judge
