// step_frame_test.cpp - what surrounds a step's arithmetic: gather, metrics, advance.
#include "kernels/advance/advance_ref.h"
#include "kernels/gather/gather_ref.h"
#include "kernels/metrics/metrics_ref.h"
#include "tests/support/compare.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

struct Images {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> permutation;
};

Images random_images(std::size_t count, std::int64_t image_size) {
  Images images;
  Random random(1);
  images.pixels.resize(count * std::size_t(image_size));
  for (auto& pixel : images.pixels) pixel = std::uint8_t(random.below(256));
  for (std::size_t i = 0; i < count; ++i) {
    images.labels.push_back(std::int32_t(random.below(10)));
    images.permutation.push_back(std::uint32_t(i));
    std::swap(images.permutation[i], images.permutation[std::size_t(random.below(std::int64_t(i) + 1))]);
  }
  return images;
}

TEST(Gather, PicksTheRowsOfTheCursorAndPadsTheLastBatch) {
  for (const Gather& p : {Gather{1, 1}, Gather{3, 5}, Gather{8, 49}, Gather{5, 1024}, Gather{2, 16'385}})
    for (std::uint32_t cursor : {0u, 1u, 2u}) {
      // two full batches and one row; with a batch of one row there is no third batch
      const std::uint32_t samples = 2 * std::uint32_t(p.n) + (p.n > 1);
      SCOPED_TRACE(std::to_string(p.n) + " x " + std::to_string(p.image_size) + ", cursor " + std::to_string(cursor));
      const Images images = random_images(samples, p.image_size);
      StepState state;
      state.cursor = cursor;
      state.batch = std::uint32_t(p.n);
      state.samples = samples;
      const auto want = ref::gather(p, state, images.pixels, images.labels, images.permutation);
      for_each_technique<GatherBatch>(&Rooms::gather, p, [&](auto launch) {
        DeviceArray<std::uint8_t> pixels(images.pixels);
        DeviceArray<std::int32_t> all_labels(images.labels);
        DeviceArray<std::uint32_t> permutation(images.permutation);
        DeviceArray<StepState> at(std::vector{state});
        GuardedArray<float> x(want.x.size());
        GuardedArray<std::int32_t> labels(want.labels.size());
        launch(x.data(), labels.data(), pixels.data(), all_labels.data(), permutation.data(), at.data());
        EXPECT_TRUE(agree_relative(x.values(), want.x, 0x1p-24)) << "not the nearest float of pixel / 255";
        EXPECT_EQ(labels.values(), want.labels);
        EXPECT_TRUE(x.intact());
        EXPECT_TRUE(labels.intact());
      });
      if (HasFailure()) return;
    }
}

TEST(RecordMetrics, WritesItsEntryOfTheRingAndNoOther) {
  for (int n : {1, 7, 31, 32, 33, 300}) {
    SCOPED_TRACE(std::to_string(n) + " rows");
    const Metrics p{n, 4};
    const auto loss = random_values(n, 2, 0, 3);
    auto correct = random_values(n, 3, 0, 2);
    for (float& c : correct) c = std::floor(c);
    const auto want = ref::step_sums(widen(loss), widen(correct));
    StepState state;
    state.ring_slot = 6;
    state.batch = std::uint32_t(n);
    state.samples = std::uint32_t(n) - 1;
    const std::vector<StepMetrics> before(4, StepMetrics{-1, -2, 3, 4});
    for_each_technique<RecordMetrics>(&Rooms::record_metrics, p, [&](auto launch) {
      DeviceArray<float> sample_loss(loss), sample_correct(correct);
      DeviceArray<StepState> at(std::vector{state});
      GuardedArray<StepMetrics> ring(before);
      launch(ring.data(), sample_loss.data(), sample_correct.data(), at.data());
      const auto entries = ring.values();
      EXPECT_TRUE(agree(entries[2].loss_sum, want.loss_sum, bound(want.loss_sum, want.loss_sum, n)));
      EXPECT_EQ(entries[2].correct, want.correct);
      EXPECT_EQ(entries[2].valid, unsigned(n) - 1);
      EXPECT_EQ(entries[2].stamp, 7u);
      for (std::size_t i : {0, 1, 3}) {
        EXPECT_EQ(entries[i].loss_sum, -1);
        EXPECT_EQ(entries[i].stamp, 4u);
      }
      EXPECT_TRUE(ring.intact());
    });
  }
}

TEST(Advance, MovesTheStateOn) {
  StepState start;
  start.seed = 9;
  start.step = 41;
  start.epoch = 2;
  start.cursor = 7;
  start.batch = 8;
  start.samples = 1000;
  start.ring_slot = 50;
  start.learning_rate = 0.5f;
  start.beta1_power = 0.25;
  start.beta2_power = 0.75;
  for (const Advance& p : {Advance{true, 0.9f, 0.999f}, Advance{false, 0.9f, 0.999f}}) {
    const StepState want = ref::advance(start, p);
    for_each_technique<AdvanceStep>(&Rooms::advance, p, [&](auto launch) {
      GuardedArray<StepState> state(std::vector{start});
      launch(state.data());
      const StepState got = state.values()[0];
      EXPECT_EQ(got.seed, want.seed);
      EXPECT_EQ(got.step, p.training ? 42u : 41u);
      EXPECT_EQ(got.epoch, want.epoch);
      EXPECT_EQ(got.cursor, 8u);
      EXPECT_EQ(got.batch, want.batch);
      EXPECT_EQ(got.samples, want.samples);
      EXPECT_EQ(got.ring_slot, 51u);
      EXPECT_EQ(got.learning_rate, want.learning_rate);
      EXPECT_EQ(got.beta1_power, want.beta1_power);
      EXPECT_EQ(got.beta2_power, want.beta2_power);
      EXPECT_TRUE(state.intact());
    });
  }
}

TEST(StepState, CountsTheValidRows) {
  StepState state;
  state.batch = 8;
  state.samples = 20;
  for (const auto& [cursor, valid] : {std::pair{0u, 8u}, {1u, 8u}, {2u, 4u}, {3u, 0u}, {1u << 31, 0u}}) {
    state.cursor = cursor;
    EXPECT_EQ(state.valid(), valid) << "batch " << cursor;
  }
}

}  // namespace
}  // namespace gs::test
