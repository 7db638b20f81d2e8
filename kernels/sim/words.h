// words.h - threads and blocks in messages.
#pragma once
#include <cstdint>
#include <string>

#include "kernels/sim/types.h"

namespace gs::simulator {

/// The three indices of number `linear`, x fastest.
uint3 three_indices(std::uint64_t linear, dim3 extent);
/// "5", "(5, 0)" or "(5, 0, 1)": as many indices as the extent has.
std::string index_in(std::uint64_t linear, dim3 extent);
/// "thread 5", "thread (5, 0)"
std::string thread_in(std::uint64_t linear, dim3 block);
/// "block 5"
std::string block_in(std::uint64_t linear, dim3 grid);

}  // namespace gs::simulator
