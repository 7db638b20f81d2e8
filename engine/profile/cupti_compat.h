// cupti_compat.h - names of CUPTI's activity records in CUDA 13 and in CUDA 12 (12.4 or newer). The older records have
// the same fields first.
#pragma once
#include <cupti.h>

namespace gs {

#if CUPTI_API_VERSION >= 130000
static_assert(CUPTI_API_VERSION >= 130001, "CUPTI's records need the layout of CUDA 13.0 or newer");
using CuptiKernel = CUpti_ActivityKernel10;
using CuptiCopy = CUpti_ActivityMemcpy6;
#else
using CuptiKernel = CUpti_ActivityKernel9;
using CuptiCopy = CUpti_ActivityMemcpy5;
#endif
using CuptiFill = CUpti_ActivityMemset4;

}  // namespace gs
