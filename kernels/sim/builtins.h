// builtins.h - CUDA's device functions. They live in the target's namespace, because the copies of different targets
// are compiled with different flags (vector width, instrumentation) and must not be merged by the linker. Inside of it,
// cuda_names has CUDA's names and no others, so that a learner's file can have them all (textbook/textbook.h).
#pragma once
#include "kernels/sim/half.h"
#include "kernels/sim/runtime.h"

namespace gs::GS_TARGET {
inline namespace cuda_names {

// The types and variables are the same for all targets.
using simulator::__bfloat162float;
using simulator::__float2bfloat16;
using simulator::__float2bfloat16_rn;
using simulator::__float2half;
using simulator::__float2half_rn;
using simulator::__half;
using simulator::__half2float;
using simulator::__nv_bfloat16;
using simulator::blockDim;
using simulator::blockIdx;
using simulator::dim3;
using simulator::double2;
using simulator::float2;
using simulator::float3;
using simulator::float4;
using simulator::gridDim;
using simulator::half;
using simulator::int2;
using simulator::int3;
using simulator::int4;
using simulator::make_double2;
using simulator::make_float2;
using simulator::make_float3;
using simulator::make_float4;
using simulator::make_int2;
using simulator::make_int3;
using simulator::make_int4;
using simulator::make_uchar2;
using simulator::make_uchar4;
using simulator::make_uint2;
using simulator::make_uint3;
using simulator::make_uint4;
using simulator::threadIdx;
using simulator::uchar2;
using simulator::uchar4;
using simulator::uint2;
using simulator::uint3;
using simulator::uint4;

inline constexpr int warpSize = 32;

}  // namespace cuda_names
}  // namespace gs::GS_TARGET

#include "kernels/sim/arithmetic.h"
#include "kernels/sim/atomics.h"
#include "kernels/sim/synchronisation.h"
