// textbook.h - included before a file of `gridstride run`: CUDA C++ and CUDA's runtime as textbooks use them, for the
// `sim` target. The file itself is as its author wrote it, but for what apps/learn/rewrite.h replaces.
#pragma once
#include <algorithm>
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <math.h>  // NOLINT: exp(float) and its like as global names

#define GS_TARGET sim
#ifndef GRIDSTRIDE_UNCHECKED  // apps/kernel
#define GS_INSTRUMENTED
#endif
#include "kernels/common/async_copy.h"
#include "kernels/common/kernel.h"
#include "kernels/sim/textbook/device_functions.h"
#include "kernels/sim/textbook/half_arithmetic.h"
#include "kernels/sim/textbook/launch.h"
#include "kernels/sim/textbook/runtime_api.h"

// Global names, as nvcc has them.
using namespace gs::sim::cuda_names;
using namespace gs::textbook::cuda_names;

// A kernel's first lines are its own, not its caller's.
#undef __global__
#define __global__ __attribute__((noinline))
// A CUDA program may write to its constants from the host.
#undef __constant__
#define __constant__
#define __managed__
#define __grid_constant__

// The C library has internal functions of these names.
#define __expf ::gs::sim::__expf
#define __logf ::gs::sim::__logf
#define __powf ::gs::sim::__powf
#define __sinf ::gs::sim::__sinf
#define __cosf ::gs::sim::__cosf
#define __tanf ::gs::textbook::cuda_names::__tanf
#define __log2f ::gs::textbook::cuda_names::__log2f
#define __log10f ::gs::textbook::cuda_names::__log10f
#define __exp10f ::gs::textbook::cuda_names::__exp10f
#define __sincosf ::gs::textbook::cuda_names::__sincosf

#define __CUDACC__ 1  // for files that look whether a CUDA compiler reads them
#define CUDART_VERSION 13000
