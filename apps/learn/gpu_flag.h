// gpu_flag.h - the value of --gpu NAME.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// Sets `gpu` to the name as the table has it, or to "help". Returns false for a name that is not there.
bool set_gpu(std::string& gpu, std::string_view name);

/// "one of: T4, A100, ..."
std::string known_gpus();

/// The table of kernels/sim/textbook/gpus.h for --gpu help.
std::string gpu_table();

}  // namespace gs::learn
