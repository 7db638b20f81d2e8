// cupti_compat.h - the one place that knows how the records of CUPTI 13 are called in CUDA 12 (12.4 or newer): the same
// fields, fewer behind them.
#pragma once
#include <cupti.h>

namespace gs {

#if CUPTI_API_VERSION >= 130000
static_assert(CUPTI_API_VERSION >= 130001, "the layout of CUPTI's records is that of CUDA 13.0 or newer");
using CuptiKernel = CUpti_ActivityKernel10;
using CuptiCopy = CUpti_ActivityMemcpy6;
#else
using CuptiKernel = CUpti_ActivityKernel9;
using CuptiCopy = CUpti_ActivityMemcpy5;
#endif
using CuptiFill = CUpti_ActivityMemset4;

}  // namespace gs
