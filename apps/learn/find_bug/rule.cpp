// rule.cpp - reads the condition anew for each pair of numbers: an operator waits until a weaker one follows.
#include "apps/learn/find_bug/rule.h"

#include <cctype>
#include <string_view>
#include <utility>

#include "kernels/common/check.h"

namespace gs::learn {
namespace {

struct Operator {
  std::string_view sign;  ///< the longer ones of two that begin alike come first
  int strength;           ///< as C has it
};
constexpr Operator operators[] = {{"||", 1}, {"&&", 2}, {"==", 4}, {"!=", 4}, {"<=", 5}, {">=", 5}, {"<", 5},
                                  {">", 5},  {"^", 3},  {"+", 6},  {"-", 6},  {"*", 7},  {"/", 7},  {"%", 7}};

class RuleReader {
 public:
  RuleReader(const std::string& text, long first, long second) : text_(text), first_(first), second_(second) {}

  long whole() {
    const long value = value_above(0);
    if (!rest().empty()) wrong();
    return value;
  }

 private:
  [[noreturn]] void wrong() const {
    throw Error("'" + text_ + "' is no condition on first and second, such as second == first + 1");
  }
  /// The text that is not read yet, without spaces before it.
  std::string_view rest() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    return std::string_view(text_).substr(at_);
  }
  bool take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  const Operator* next_operator() {
    for (const Operator& each : operators)
      if (rest().starts_with(each.sign)) return &each;
    return nullptr;
  }
  long operand() {
    if (take("(")) {
      const long value = value_above(0);
      if (!take(")")) wrong();
      return value;
    }
    if (take("first")) return first_;
    if (take("second")) return second_;
    if (rest().empty() || !std::isdigit(static_cast<unsigned char>(rest()[0]))) wrong();
    long value = 0;
    for (; at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])); ++at_)
      value = value * 10 + (text_[at_] - '0');
    return value;
  }
  /// A value made with operators that are stronger than `strength`.
  long value_above(int strength) {
    long value = operand();
    for (const Operator* next = next_operator(); next && next->strength > strength; next = next_operator()) {
      take(next->sign);
      value = applied(next->sign, value, value_above(next->strength));
    }
    return value;
  }
  long applied(std::string_view sign, long a, long b) const {
    if ((sign == "/" || sign == "%") && b == 0) wrong();
    if (sign == "||") return a || b;
    if (sign == "&&") return a && b;
    if (sign == "==") return a == b;
    if (sign == "!=") return a != b;
    if (sign == "<=") return a <= b;
    if (sign == ">=") return a >= b;
    if (sign == "<") return a < b;
    if (sign == ">") return a > b;
    if (sign == "^") return a ^ b;
    if (sign == "+") return a + b;
    if (sign == "-") return a - b;
    if (sign == "*") return a * b;
    return sign == "/" ? a / b : a % b;
  }

  const std::string& text_;
  long first_, second_;
  std::size_t at_ = 0;
};

}  // namespace

Rule::Rule(std::string text) : text_(std::move(text)) {
  holds(1, 1);
}

bool Rule::holds(long first, long second) const {
  return RuleReader(text_, first, second).whole() != 0;
}

}  // namespace gs::learn
