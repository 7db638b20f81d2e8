// kernel_table.cpp - converts records to stretches and rows.
#include "engine/profile/kernel_table.h"

#include <algorithm>
#include <cmath>

#include "engine/profile/kernel_names.h"

namespace gs {

int KernelTable::row_of(int op, const KernelRecord& record) {
  const std::string name = short_kernel_name(record.name);
  const auto same = [&](const Row& row) {
    return row.op == op && row.kernel.name == name && row.kernel.grid == record.grid &&
           row.kernel.block == record.block && row.kernel.shared_bytes == record.shared_bytes;
  };
  const auto at = std::find_if(rows_.begin(), rows_.end(), same);
  if (at != rows_.end()) return int(at - rows_.begin());
  rows_.push_back({op,
                   {.name = name,
                    .grid = record.grid,
                    .block = record.block,
                    .shared_bytes = record.shared_bytes,
                    .registers = record.registers,
                    .occupancy = record.occupancy}});
  return int(rows_.size()) - 1;
}

SampledStep KernelTable::step(const std::vector<KernelRecord>& records, double begin_us, double end_us) {
  std::vector<const KernelRecord*> in_time;
  for (const KernelRecord& record : records) {
    if (record.start_us == 0 && record.end_us == 0)
      ++without_times_;
    else
      in_time.push_back(&record);
  }
  std::stable_sort(in_time.begin(), in_time.end(), [](auto* a, auto* b) { return a->start_us < b->start_us; });
  SampledStep step{.wall_us = end_us - begin_us};
  for (const KernelRecord* record : in_time) {
    const int op = record->call < 0 ? -1 : record->call % ops_;
    step.stretches.push_back({op, row_of(op, *record), record->start_us - begin_us, record->end_us - begin_us});
  }
  return step;
}

std::vector<ProfiledKernel> KernelTable::kernels_of(int op, const std::vector<SampledStep>& steps) const {
  std::vector<ProfiledKernel> kernels;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (rows_[row].op != op) continue;
    std::vector<double> us;
    double launches = 0;
    for (const SampledStep& step : steps) {
      us.push_back(0);
      for (const Stretch& s : step.stretches)
        if (s.kernel == int(row)) us.back() += s.end_us - s.start_us, ++launches;
    }
    kernels.push_back(rows_[row].kernel);
    kernels.back().launches = int(std::lround(launches / double(std::max<std::size_t>(steps.size(), 1))));
    kernels.back().us = spread_of(std::move(us));
  }
  return kernels;
}

std::vector<std::string> KernelTable::names() const {
  std::vector<std::string> names;
  for (const Row& row : rows_) names.push_back(row.kernel.name);
  return names;
}

}  // namespace gs
