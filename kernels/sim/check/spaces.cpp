// spaces.cpp - classifies addresses by the ranges that the runtime and the linker know.
#include "kernels/sim/check/spaces.h"

#include <algorithm>

#include "kernels/sim/block.h"
#include "kernels/sim/check/modules.h"
#include "kernels/sim/check/places.h"
#include "kernels/sim/check/shared_arrays.h"

extern "C" const char __data_start, _end;  // the linker's names for the program's variables

namespace gs::simulator::check {

void Spaces::launch_begins() {
  // thread_local, so looked up at every launch.
  const auto ends = {number(&threadIdx), number(&blockIdx), number(&blockDim), number(&gridDim)};
  built_ins_ = std::min(ends);
  built_ins_end_ = std::max(ends) + sizeof(dim3);
}

std::optional<Space> Spaces::of(std::uintptr_t address, std::size_t bytes) const {
  const Position& at = position;
  const auto within = [&](std::uintptr_t begin, std::uintptr_t end) { return address >= begin && address < end; };
  if (within(number(at.stacks), number(at.stacks_end)) || within(built_ins_, built_ins_end_)) return {};
  const std::uintptr_t arguments = number(at.launch->arguments);
  if (within(arguments, arguments + at.launch->argument_bytes)) return {};
  if (within(number(program_start()), number(&__data_start))) return {};  // constants
  if (within(number(at.shared), number(at.shared_end)))
    return address + bytes <= number(at.shared_end) ? Space::shared : Space::beside_shared;
  if (within(number(at.shared) - shared_guard_bytes, number(at.shared_end) + shared_guard_bytes))
    return Space::beside_shared;
  if (!within(number(&__data_start), number(&_end))) {
    const Module* const module = module_at(address);
    if (!module) return Space::global;
    if (address < module->variables) return {};  // constants
  }
  const SharedArrays& arrays = SharedArrays::of_program();
  if (const SharedArray* array = arrays.at(address))
    return address + bytes <= array->end ? Space::shared : Space::beside_shared;
  return arrays.beside(address) ? Space::beside_shared : Space::global;
}

}  // namespace gs::simulator::check
