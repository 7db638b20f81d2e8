// modules.h - libraries with instrumented kernels that the program loads while it runs.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs::simulator::check {

/// A library in memory: [begin, variables) holds its code and constants, [variables, end) its variables.
struct Module {
  std::string file;
  std::uint64_t moved;  ///< the distance of its addresses in memory from those in its file
  std::uintptr_t begin, variables, end;
};

/// All that were noted, in order.
const std::vector<Module>& modules();
/// The one that holds the byte at `address`, or null.
const Module* module_at(std::uintptr_t address);
/// Notes the loaded library that holds `inside`.
void note_module(const void* inside);

}  // namespace gs::simulator::check
