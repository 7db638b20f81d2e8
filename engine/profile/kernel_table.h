// kernel_table.h - the recorded kernels of a step, grouped by op, name and geometry.
#pragma once
#include <string>
#include <vector>

#include "engine/device/kernel_tracer.h"
#include "engine/profile/sampled_step.h"

namespace gs {

class KernelTable {
 public:
  /// `ops`: number of calls of a training step. A replay of n steps has n times as many; call i belongs to op i % ops.
  explicit KernelTable(int ops) : ops_(ops) {}

  /// Converts the records of one step, from `begin_us` to `end_us` on the records' clock. Records of unknown calls get
  /// op -1; records without times are dropped and counted.
  SampledStep step(const std::vector<KernelRecord>&, double begin_us, double end_us);

  /// The kernels of an op, in the order of their first run, with their times over the steps.
  std::vector<ProfiledKernel> kernels_of(int op, const std::vector<SampledStep>& steps) const;

  std::vector<std::string> names() const;  ///< by Stretch::kernel
  int without_times() const { return without_times_; }

 private:
  struct Row {
    int op;
    ProfiledKernel kernel;
  };
  int row_of(int op, const KernelRecord&);

  int ops_, without_times_ = 0;
  std::vector<Row> rows_;
};

}  // namespace gs
