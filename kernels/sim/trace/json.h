// json.h - a trace as JSON, for the page that shows it (apps/learn/trace/).
#pragma once
#include <string>

#include "kernels/sim/trace/trace.h"

namespace gs::simulator::trace {

/// One object, on one line, without "<", so that it can stand in a <script>. Steps are rows of integers:
///
///     request    [0 load | 1 store | 2 atomic, warp, place, shared, bytes, lanes, accessing, living, cost, wasted,
///                 address of the first accessing lane, distances to the next lanes ...]; one distance of several: all
///     barrier    [3, 0, place]
///     operation  [4, warp, place, name, lanes, sources ...]
///
/// `cost` is sectors of global memory or bank conflicts of shared memory; lanes, accessing and living are bit masks;
/// place and name are indices into "places" ([file, line]) and "operations".
std::string json_of(const Trace&);

}  // namespace gs::simulator::trace
