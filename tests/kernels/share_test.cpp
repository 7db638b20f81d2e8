// share_test.cpp - the share of a rank's gradients, and the zero of a rank without images.
#include "kernels/share/share_ref.h"

#include <cmath>

#include "tests/support/compare.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Batches of 7 images, 3 of them this rank's; the last has `own` of `all`.
struct Case {
  std::uint32_t cursor, own, all;
};

void run(const Case& c, const std::vector<float>& dw, const std::vector<double>& want) {
  StepState state;
  state.cursor = c.cursor;
  state.batch = 3;
  state.samples = 2 * 3 + (c.cursor == 2 ? c.own : 1);
  const WholeBatch whole{7, 2 * 7 + (c.cursor == 2 ? c.all : 2)};
  ASSERT_EQ(state.valid(), c.own);
  ASSERT_EQ(whole.valid(c.cursor), c.all);
  for_each_variant<WeighGradients>({std::int64_t(dw.size())}, [&](auto launch) {
    GuardedArray<float> weighed(dw);
    DeviceArray<StepState> at(std::vector{state});
    DeviceArray<WholeBatch> all(std::vector{whole});
    launch(weighed.data(), at.data(), all.data());
    EXPECT_TRUE(agree(weighed.values(), want, 1e-6));
    EXPECT_TRUE(weighed.intact());
  });
}

TEST(WeighGradients, MultipliesByTheShareOfTheBatch) {
  for (const std::int64_t size : {1, 2, 255, 257, 5000})
    for (const Case& c : {Case{0, 3, 7}, Case{1, 3, 7}, Case{2, 1, 4}, Case{2, 3, 3}}) {
      SCOPED_TRACE(std::to_string(size) + " gradients, batch " + std::to_string(c.cursor));
      const std::vector<float> dw = random_values(size, 5);
      run(c, dw, ref::weigh(widen(dw), c.own, c.all));
    }
}

TEST(WeighGradients, GiveZeroOfARankWithoutImages) {
  run({2, 0, 3}, {NAN, INFINITY, 2}, {0, 0, 0});
}

TEST(WeighGradients, KeepsNaNOfARankWithImages) {
  StepState state;
  state.batch = state.samples = 3;
  for_each_variant<WeighGradients>({2}, [&](auto launch) {
    GuardedArray<float> weighed({NAN, 1});
    DeviceArray<StepState> at(std::vector{state});
    DeviceArray<WholeBatch> all(std::vector{WholeBatch{6, 6}});
    launch(weighed.data(), at.data(), all.data());
    EXPECT_TRUE(std::isnan(weighed.values()[0]));
    EXPECT_EQ(weighed.values()[1], 0.5f);
  });
}

}  // namespace
}  // namespace gs::test
