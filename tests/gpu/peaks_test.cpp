// peaks_test.cpp - the peaks of a GPU: every rate is measured.
#include "engine/profile/measure_peaks.h"

#include <gtest/gtest.h>

#include "tests/support/tested_targets.h"

namespace gs::test {
namespace {

TEST(PeaksOnCuda, HasEveryRate) {
  const Peaks peaks = measure_peaks(tested_gpu());
  for (const double rate : {peaks.copy_bytes_per_s, peaks.fp32_flops_per_s, peaks.tf32_flops_per_s,
                            peaks.bf16_flops_per_s, peaks.stream_launch_us, peaks.graph_launch_us})
    EXPECT_GT(rate, 0);
}

}  // namespace
}  // namespace gs::test
