// kernel.h - the only target-specific header that a kernel file includes. Under nvcc it is the CUDA runtime; under any
// other compiler it provides the same language on the CPU (kernels/sim/). GS_TARGET (cuda, host or sim) names the
// target and its namespace, so that all three can be linked into one program.
//
// A kernel file may use: CUDA's qualifiers and built-ins; grid_stride(n); GS_DYNAMIC_SHARED; launch<kernel>(...);
// launch_elementwise<kernel>(...); host_shares(...); set_loop(loop, go_on); dependency_wait(). See kernels/README.md.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/common/check.h"
#include "kernels/common/target.h"

#ifdef __CUDACC__
#ifndef GS_TARGET
#define GS_TARGET cuda
#endif
#include "kernels/common/cuda_language.h"
#else
#include "kernels/sim/cuda_language.h"
#endif
