// gpu_flag.h - the value of --gpu NAME.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// The name as the table has it, or "help". Throws WrongUsage, which lists the names.
std::string known_gpu(std::string_view name);

/// The table of kernels/sim/textbook/gpus.h for --gpu help.
std::string gpu_table();

}  // namespace gs::learn
