// places.h - "conv2d_tiled.cu:41" for the address of an instruction of this program.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs::simulator::check {

/// The start of the program in memory; instructions are named by their distance from it.
const char* program_start();

/// The source lines of the instructions at `codes`, in order, by one call of addr2line for those not asked for before.
/// An instruction that was inlined from the simulator's own headers or the system's counts as its caller's.
std::vector<std::string> source_lines(const std::vector<std::uint32_t>& codes);

/// The same with the file's path in the project: "kernels/conv2d/conv2d_tiled.cu:41".
std::vector<std::string> source_paths(const std::vector<std::uint32_t>& codes);

}  // namespace gs::simulator::check
