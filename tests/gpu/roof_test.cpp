// roof_test.cpp - the roof of a GPU: every rate is measured.
#include "engine/profile/measure_roof.h"

#include <gtest/gtest.h>

#include "tests/support/tested_targets.h"

namespace gs::test {
namespace {

TEST(RoofOnCuda, HasEveryRate) {
  const Roof roof = measure_roof(tested_gpu());
  for (const double rate : {roof.copy_bytes_per_s, roof.fp32_flops_per_s, roof.tf32_flops_per_s, roof.bf16_flops_per_s,
                            roof.stream_launch_us, roof.graph_launch_us})
    EXPECT_GT(rate, 0);
}

}  // namespace
}  // namespace gs::test
