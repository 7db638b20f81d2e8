// counts_arrivals.h - ops whose variants count arrivals of blocks in their workspace (last_block.h).
#pragma once

namespace gs {

/// True if the op says `static constexpr bool counts_arrivals = true;`. Its workspace must be zero before the first
/// launch, and no other call may write it.
template <class Op>
constexpr bool counts_arrivals = requires { Op::counts_arrivals; };

}  // namespace gs
