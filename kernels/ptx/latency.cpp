// latency.cpp - latencies by opcode.
#include "kernels/ptx/latency.h"

#include <algorithm>
#include <initializer_list>

namespace gs::ptx {
namespace {

std::uint16_t of_load(Space space) {
  switch (space) {
    case Space::param:  // an operand of the instruction that uses it
    case Space::call_param:
      return 0;
    case Space::constant:
      return constant_cycles;
    case Space::shared:
    case Space::local:  // in L1, whose latency is about that of shared memory
      return shared_cycles;
    case Space::global:
    case Space::generic:
      break;
  }
  return global_cycles;
}

constexpr auto without_result = {"st", "bra", "ret", "exit", "bar", "membar", "fence", "cp", "call"};
constexpr auto of_special_functions = {"rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh"};

bool among(std::initializer_list<const char*> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool has_result(std::string_view opcode) {
  return !among(without_result, opcode);
}

std::uint16_t latency_of(std::string_view name, Space space) {
  if (name == "membar" || name == "fence") return fence_cycles;
  if (!has_result(name) || name == "mov" || name == "cvta") return 0;
  if (name == "ld") return of_load(space);
  if (name == "atom") return global_cycles;
  if (name == "ldmatrix") return shared_cycles;
  if (name == "mma") return tensor_core_cycles;
  if (name == "shfl" || name == "vote") return shuffle_cycles;
  if (name == "cvt") return conversion_cycles;
  if (name == "div" || name == "rem") return division_cycles;
  return among(of_special_functions, name) ? special_function_cycles : arithmetic_cycles;
}

}  // namespace gs::ptx
