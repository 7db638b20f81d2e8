// kernel_table.h - the kernels of a step as a device recorded them, told apart by op, name and geometry.
#pragma once
#include <string>
#include <vector>

#include "engine/device/kernel_tracer.h"
#include "engine/profile/sampled_step.h"

namespace gs {

class KernelTable {
 public:
  /// `ops`: the length of the list of steps. A replay of several steps has that many calls each.
  explicit KernelTable(int ops) : ops_(ops) {}

  /// The records of one step that lasted from `begin_us` to `end_us` on their clock. Records of no known call belong to
  /// no op; those without times are left out and counted.
  SampledStep step(const std::vector<KernelRecord>&, double begin_us, double end_us);

  /// The kernels of an op in the order in which they first ran, with their times over the steps.
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
