// diagnose_test.cpp - counts and sums of a diagnostic step on every target.
#include "kernels/diagnose/diagnose_ref.h"
#include "tests/support/compare.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

TEST(CountActivity, CountsPositiveAndBrokenValuesOfTheValidRows) {
  for (const Activity& p : {Activity{1, 1, 1}, Activity{3, 7, 5}, Activity{8, 49, 33}, Activity{2, 1000, 3}}) {
    SCOPED_TRACE(std::to_string(p.n) + " x " + std::to_string(p.places) + " x " + std::to_string(p.channels));
    auto y = random_values(p.n * p.places * p.channels, 1);
    for (std::size_t i = 0; i < y.size(); i += std::size_t(p.channels)) y[i] = -1;  // channel 0 is dead
    if (p.channels > 2) y[1] = NAN, y[2] = INFINITY, y[3] = 1e16f, y[4] = 4e15f, y[y.size() - 1] = -INFINITY;
    for (const int valid : {p.n, p.n - 1}) {
      StepState state;
      state.batch = std::uint32_t(p.n);
      state.samples = std::uint32_t(valid);
      const auto want = ref::count_activity(p, valid, widen(y));
      for_each_variant<CountActivity<float>>(p, [&](auto launch) {
        DeviceArray<float> values(y);
        DeviceArray<StepState> at(std::vector{state});
        GuardedArray<ChannelActivity> activity(want.size());
        launch(activity.data(), values.data(), at.data());
        const auto got = activity.values();
        for (std::size_t c = 0; c < want.size(); ++c) {
          EXPECT_EQ(got[c].positive, want[c].positive) << "channel " << c;
          EXPECT_EQ(got[c].broken, want[c].broken) << "channel " << c;
        }
        EXPECT_TRUE(activity.intact());
      });
    }
  }
}

TEST(MeasureUpdate, SumsInDouble) {
  for (const std::int64_t size : {1, 7, 2048, 5000}) {
    SCOPED_TRACE(std::to_string(size) + " values");
    const auto before = random_values(size, 1), after = random_values(size, 2);
    auto gradient = random_values(size, 3);
    const auto want = ref::measure_update(widen(after), widen(before), widen(gradient));
    for_each_variant<MeasureUpdate>(Values{size}, [&](auto launch) {
      DeviceArray<float> b(before), a(after), g(gradient);
      GuardedArray<UpdateSums> sums(std::size_t(1));
      launch(sums.data(), a.data(), b.data(), g.data());
      const UpdateSums got = sums.values()[0];
      EXPECT_NEAR(got.weight, want.weight, 1e-12 * want.weight);
      EXPECT_NEAR(got.change, want.change, 1e-12 * want.change);
      EXPECT_NEAR(got.gradient, want.gradient, 1e-12 * want.gradient);
      EXPECT_EQ(got.not_finite, 0);
      EXPECT_TRUE(sums.intact());
    });
  }
}

TEST(MeasureUpdate, CountsNonFiniteGradients) {
  for_each_variant<MeasureUpdate>(Values{4}, [&](auto launch) {
    DeviceArray<float> b(std::vector<float>(4, 1)), a(std::vector<float>(4, 1));
    DeviceArray<float> g(std::vector<float>{NAN, 1, INFINITY, -INFINITY});
    GuardedArray<UpdateSums> sums(std::size_t(1));
    launch(sums.data(), a.data(), b.data(), g.data());
    EXPECT_EQ(sums.values()[0].not_finite, 3);
  });
}

TEST(CountBroken, CountsWhatIsNaNInfOrTooLargeWhereverItIs) {
  // One block, the last thread's share of one, several blocks, and more values than all blocks' threads take at once.
  for (const std::int64_t size : {1, 7, 255, 2048, 4096, 4097, 20000}) {
    auto x = random_values(size, 1);
    x[0] = std::nextafter(sound_limit, 0.0f);
    x.back() = 1e-40f;
    for (const std::vector<std::int64_t>& places :
         {std::vector<std::int64_t>{}, {size - 1}, {0}, {size / 2}, {0, size / 4, size / 3, size / 2, size - 1}}) {
      SCOPED_TRACE(std::to_string(size) + " values, " + std::to_string(places.size()) + " of them replaced");
      auto broken = x;
      const float bad[] = {NAN, -sound_limit, INFINITY, -INFINITY, sound_limit};
      for (std::size_t i = 0; i < places.size(); ++i) broken[std::size_t(places[i])] = bad[i];
      const std::uint32_t want = ref::count_broken(widen(broken));
      for_each_variant<CountBroken>(Values{size}, [&](auto launch) {
        DeviceArray<float> values(broken);
        GuardedArray<std::uint32_t> count(std::size_t(1));
        launch(count.data(), values.data());
        EXPECT_EQ(count.values()[0], want);
        EXPECT_TRUE(count.intact());
      });
    }
  }
}

TEST(CountBroken, CountsAllOfThem) {
  for (const std::int64_t size : {5, 300, 9000})
    for_each_variant<CountBroken>(Values{size}, [&](auto launch) {
      DeviceArray<float> values(std::vector<float>(std::size_t(size), NAN));
      GuardedArray<std::uint32_t> count(std::size_t(1));
      launch(count.data(), values.data());
      EXPECT_EQ(count.values()[0], std::uint32_t(size));
    });
}

TEST(CopyValues, Copies) {
  for_each_variant<CopyValues>(Values{1001}, [&](auto launch) {
    const auto x = random_values(1001, 4);
    DeviceArray<float> from(x);
    GuardedArray<float> to(x.size());
    launch(to.data(), from.data());
    EXPECT_EQ(to.values(), x);
    EXPECT_TRUE(to.intact());
  });
}

}  // namespace
}  // namespace gs::test
