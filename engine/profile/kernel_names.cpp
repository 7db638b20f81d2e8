// kernel_names.cpp - parses demangled C++ names.
#include "engine/profile/kernel_names.h"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>

namespace gs {
namespace {

std::string demangled(const std::string& name) {
  if (name.rfind("_Z", 0) != 0) return name;
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return status == 0 && text ? text.get() : name;
}

void erase_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != text.npos; at = text.find(part)) text.erase(at, part.size());
}

/// Index of the first character outside of all brackets for which visit(character) is true; npos if there is none.
template <class Visit>
std::size_t outside_brackets(std::string_view text, Visit visit) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (depth == 0 && visit(c)) return i;
    if (c == '<' || c == '(') ++depth;
    if (c == '>' || c == ')') --depth;
  }
  return text.npos;
}

/// "void a::b<c d>(e)" -> "a::b<c d>"
std::string_view without_types(std::string_view text) {
  text = text.substr(0, outside_brackets(text, [](char c) { return c == '('; }));
  std::size_t space;
  while ((space = outside_brackets(text, [](char c) { return c == ' '; })) != text.npos) text.remove_prefix(space + 1);
  return text;
}

/// "a::b<c>" -> "b<c>"
std::string_view without_scopes(std::string_view text) {
  const std::string_view base = text.substr(0, text.find('<'));
  const auto scope = base.rfind("::");
  return scope == base.npos ? text : text.substr(scope + 2);
}

/// "(int)16" -> "16"; empty if it is neither a number nor a bool.
std::string number(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (!text.empty() && text.front() == '(') text.remove_prefix(std::min(text.size(), text.find(')') + 1));
  if (text == "true" || text == "false") return std::string(text);
  const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == 'u' || c == 'l';
  });
  return digits ? std::string(text) : "";
}

std::vector<std::string_view> template_arguments(std::string_view text) {
  std::vector<std::string_view> list;
  const auto open = text.find('<');
  if (open == text.npos) return list;
  text = text.substr(open + 1, text.rfind('>') - open - 1);
  for (;;) {
    const auto comma = outside_brackets(text, [](char c) { return c == ','; });
    list.push_back(text.substr(0, comma));
    if (comma == text.npos) return list;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::string short_kernel_name(const std::string& name) {
  std::string text = demangled(name);
  erase_all(text, "(anonymous namespace)::");
  const std::string_view whole = without_types(text);
  const std::string_view last = without_scopes(whole);
  const std::string base(last.substr(0, last.find('<')));
  const auto arguments = template_arguments(last);
  if (base.empty()) return text;
  if (whole.rfind("cutlass", 0) == 0 && !arguments.empty() && whole.find("::") != whole.npos)
    return short_kernel_name(std::string(arguments.front()));
  std::string numbers;
  for (const std::string_view argument : arguments) {
    const std::string n = number(argument);
    if (n.empty()) return base;
    numbers += (numbers.empty() ? "" : ", ") + n;
  }
  return numbers.empty() ? base : base + "<" + numbers + ">";
}

bool name_tells_tensor_cores(std::string_view kernel) {
  const auto has = [&](std::string_view part) { return kernel.find(part) != kernel.npos; };
  constexpr std::array without = {"simt", "ffma"};
  constexpr std::array with = {"tensorop", "hmma",  "gmma", "imma", "s16816", "s1688", "s884",
                               "h16816",   "h1688", "h884", "tf32", "bf16",   "nvjet"};
  return std::none_of(without.begin(), without.end(), has) && std::any_of(with.begin(), with.end(), has);
}

TensorCores tensor_cores_of(const OpCall& step, const std::vector<std::string>& kernels) {
  if (step.tensor_cores) return TensorCores::declared;
  const auto of_library = [&](std::string_view library) { return step.implementation.rfind(library, 0) == 0; };
  if (of_library("cudnn") && step.note.find("tensor cores") != step.note.npos) return TensorCores::by_plan;
  if (of_library("cublaslt") && std::any_of(kernels.begin(), kernels.end(), name_tells_tensor_cores))
    return TensorCores::by_kernel_name;
  return TensorCores::no;
}

}  // namespace gs
