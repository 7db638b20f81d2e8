// prediction.h - lower bound for the time of a training step on a GPU, to compare measurements with.
#pragma once
#include <vector>

#include "engine/program/op_bound.h"
#include "engine/program/plan.h"

namespace gs {

struct Prediction {
  double chain_us = 0;       ///< critical path of one more iteration in the same launch, of the ops' bounds
  double chain_kernels = 0;  ///< likewise in kernels, for the chain with the most kernels
  double bytes_us = 0;       ///< all bytes of the step at the memory peak
  double arithmetic_us = 0;  ///< all operations at the compute peaks
  double issue_us = 0;       ///< all instructions, one a cycle in every scheduler of the GPU; 0 if not counted
  /// The largest of the four times. Holds if tensors leave the caches; those of a small network do not.
  double bound_us() const;
};

/// One bound and one number of kernels per call. `warp_instructions`: of the step, 0 if not counted.
Prediction predict(const std::vector<OpCall>&, const std::vector<OpBound>&, const std::vector<int>& kernels,
                   double warp_instructions, const GpuModel&, const Conflicts&);

}  // namespace gs
