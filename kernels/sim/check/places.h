// places.h - source lines of instruction addresses: "conv2d_tiled.cu:41".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs::simulator::check {

/// The start of the program in memory; an instruction's code is its distance from it, modulo 2^32: one that lies in a
/// library (modules.h) is found by trying each.
const char* program_start();

/// The distance of the program's addresses in memory from those in its file.
std::uint64_t load_address();

/// The source lines of the instructions at `codes`, in order, looked up by addr2line in batches and cached. An
/// instruction inlined from the simulator's or the system's headers, or from a function that copies a structure, counts
/// as its caller's.
std::vector<std::string> source_lines(const std::vector<std::uint32_t>& codes);

/// `source_lines()` with the file's whole path: "/project/kernels/conv2d/conv2d_tiled.cu:41".
std::vector<std::string> full_paths(const std::vector<std::uint32_t>& codes);

/// "/project/kernels/conv2d/conv.cu:12" -> "kernels/conv2d/conv.cu:12"
std::string path_in_project(const std::string& line);

}  // namespace gs::simulator::check
