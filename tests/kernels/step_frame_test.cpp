// step_frame_test.cpp - ops around a step's arithmetic: gather, augmentation, metrics, stored logits, advance.
#include "kernels/gather/gather_ref.h"
#include "kernels/step/step_ref.h"
#include "tests/support/compare.h"
#include "tests/support/variants.h"


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
  for (const Gather& p : {Gather{1, 1}, Gather{3, 5}, Gather{8, 49}, Gather{3, 4128}, Gather{2, 4097}})
    for (std::uint32_t cursor : {0u, 1u, 2u}) {
      // two full batches and one row; a batch size of 1 leaves no third batch
      const std::uint32_t samples = 2 * std::uint32_t(p.n) + (p.n > 1);
      SCOPED_TRACE(std::to_string(p.n) + " x " + std::to_string(p.image_size) + ", cursor " + std::to_string(cursor));
      const Images images = random_images(samples, p.image_size);
      StepState state;
      state.cursor = cursor;
      state.batch = std::uint32_t(p.n);
      state.samples = samples;
      const auto want = ref::gather(p, state, images.pixels, images.labels, images.permutation);
      for_each_variant<GatherBatch<float>>(p, [&](auto launch) {
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

/// The pixels of the images at the positions of the cursor's batch, each in its place of a window of `places`; other
/// places hold none of them.
std::vector<std::uint8_t> in_window(const Images& images, const StepState& state, std::uint32_t places,
                                    std::size_t size) {
  std::vector<std::uint8_t> window(places * size, 255);
  for (std::uint32_t row = 0; row < state.valid(); ++row) {
    const std::uint32_t position = state.position(row);
    std::copy_n(images.pixels.begin() + std::ptrdiff_t(images.permutation[position] * size), size,
                window.begin() + std::ptrdiff_t(position % places * size));
  }
  return window;
}

/// Launches Op on all images, and with windows of one to three batches: all must assemble the same batch.
template <class Op, class Problem>
void expect_same_batch_from_windows(const Problem& p, std::size_t size, StepState state) {
  state.batch = std::uint32_t(p.n);
  state.samples = 5 * state.batch - (p.n > 1);  // the last batch lacks a row
  const Images images = random_images(state.samples, std::int64_t(size));
  for (state.cursor = 0; state.cursor < 5; ++state.cursor)
    for_each_variant<Op>(p, [&](auto launch) {
      std::vector<float> whole;
      std::vector<std::int32_t> whole_labels;
      for (const std::uint32_t batches : {0u, 1u, 2u, 3u}) {
        SCOPED_TRACE(std::to_string(batches) + " batches, cursor " + std::to_string(state.cursor));
        state.window = batches * state.batch;
        DeviceArray<std::uint8_t> pixels(batches == 0 ? images.pixels : in_window(images, state, state.window, size));
        DeviceArray<std::int32_t> all_labels(images.labels);
        DeviceArray<std::uint32_t> permutation(images.permutation);
        DeviceArray<StepState> at(std::vector{state});
        GuardedArray<float> x(std::size_t(p.n) * size);
        GuardedArray<std::int32_t> labels(std::size_t(p.n));
        launch(x.data(), labels.data(), pixels.data(), all_labels.data(), permutation.data(), at.data());
        if (batches == 0) whole = x.values(), whole_labels = labels.values();
        EXPECT_EQ(x.values(), whole);
        EXPECT_EQ(labels.values(), whole_labels);
        EXPECT_TRUE(x.intact());
        EXPECT_TRUE(labels.intact());
      }
    });
}

TEST(Gather, AssemblesTheSameBatchFromAWindow) {
  for (const Gather& p : {Gather{1, 4}, Gather{3, 49}, Gather{4, 128}})
    expect_same_batch_from_windows<GatherBatch<float>>(p, std::size_t(p.image_size), {});
}

AugmentedGather augmented(int n, int h, int w, int c, Augmentation a) {
  return {n, h, w, c, a};
}

TEST(GatherAugmented, AssemblesTheSameBatchFromAWindow) {
  StepState state;
  state.seed = 77, state.epoch = 3;
  const AugmentedGather p =
      augmented(3, 7, 5, 3, {.flip_horizontal = true, .shift = 0.2f, .rotate = 40, .brightness = 0.5f});
  expect_same_batch_from_windows<GatherAugmented<float>>(p, std::size_t(p.h) * p.w * p.c, state);
}

TEST(GatherAugmented, AgainstTheReference) {
  const Augmentation every{
      .flip_horizontal = true, .flip_vertical = true, .shift = 0.2f, .rotate = 40, .brightness = 0.5f};
  for (const AugmentedGather& p :
       {augmented(1, 1, 1, 1, every), augmented(3, 7, 5, 1, every), augmented(4, 33, 35, 3, every),
        augmented(6, 9, 8, 2, {.flip_horizontal = true}), augmented(3, 9, 8, 1, {.shift = 0.5f}),
        augmented(3, 9, 8, 1, {.rotate = 180}), augmented(3, 9, 8, 1, {.brightness = 0.9f})}) {
    const std::uint32_t samples = 2 * std::uint32_t(p.n) - 1;  // the second batch lacks a row
    SCOPED_TRACE(std::to_string(p.n) + " x " + std::to_string(p.h) + " x " + std::to_string(p.w));
    const Images images = random_images(samples, std::int64_t(p.h) * p.w * p.c);
    for (const auto& [cursor, epoch] : {std::pair{0u, 0u}, {1u, 7u}}) {
      StepState state;
      state.seed = 77;
      state.cursor = cursor;
      state.epoch = epoch;
      state.batch = std::uint32_t(p.n);
      state.samples = samples;
      const auto want = ref::gather_augmented(p, state, images.pixels, images.labels, images.permutation);
      for_each_variant<GatherAugmented<float>>(p, [&](auto launch) {
        DeviceArray<std::uint8_t> pixels(images.pixels);
        DeviceArray<std::int32_t> all_labels(images.labels);
        DeviceArray<std::uint32_t> permutation(images.permutation);
        DeviceArray<StepState> at(std::vector{state});
        GuardedArray<float> x(want.x.size());
        GuardedArray<std::int32_t> labels(want.labels.size());
        launch(x.data(), labels.data(), pixels.data(), all_labels.data(), permutation.data(), at.data());
        // A coordinate of up to 35 pixels is off by a few roundings; neighbours differ by at most 1.5.
        EXPECT_TRUE(agree(x.values(), want.x, 1.5 * 35 * 8 * 0x1p-24));
        EXPECT_EQ(labels.values(), want.labels);
        EXPECT_TRUE(x.intact());
        EXPECT_TRUE(labels.intact());
      });
    }
  }
}

TEST(GatherAugmented, DrawsWithinTheLimitsAndAnewEachEpoch) {
  const AugmentedGather p =
      augmented(1, 10, 20, 1, {.flip_horizontal = true, .shift = 0.1f, .rotate = 90, .brightness = 0.3f});
  StepState state;
  int flips = 0, same = 0;
  float previous = 0;
  for (state.epoch = 0; state.epoch < 1000; ++state.epoch) {
    const AugmentDraw d = draw_augmentation(p, state, 5);
    flips += d.flip_horizontal;
    same += d.angle == previous;
    previous = d.angle;
    EXPECT_FALSE(d.flip_vertical);
    EXPECT_LE(std::abs(d.shift_x), 2.0f);
    EXPECT_LE(std::abs(d.shift_y), 1.0f);
    EXPECT_LE(std::abs(d.angle), 1.5708f);
    EXPECT_LE(std::abs(d.factor - 1), 0.3001f);
  }
  EXPECT_NEAR(flips, 500, 60);  // four standard deviations
  EXPECT_LT(same, 3);
}

TEST(StoreLogits, PutsTheValidRowsInTheirPlaces) {
  for (const LogitRows& p : {LogitRows{1, 1}, LogitRows{4, 3}, LogitRows{8, 1}, LogitRows{3, 100}}) {
    SCOPED_TRACE(std::to_string(p.n) + " x " + std::to_string(p.columns));
    StepState state;
    state.batch = std::uint32_t(p.n);
    state.samples = 2 * std::uint32_t(p.n) - (p.n > 1);
    state.cursor = 1;
    const auto rows = random_values(std::int64_t(p.n) * p.columns, 1);
    const std::vector<float> before(std::size_t(state.samples) * std::size_t(p.columns), -1);
    const auto want = ref::store_logits(p, state, widen(before), widen(rows));
    for_each_variant<StoreLogits<float>>(p, [&](auto launch) {
      GuardedArray<float> all(before);
      DeviceArray<float> batch(rows);
      DeviceArray<StepState> at(std::vector{state});
      launch(all.data(), batch.data(), at.data());
      launch(static_cast<float*>(nullptr), batch.data(), at.data());  // nothing is kept
      EXPECT_TRUE(agree(all.values(), want, 0.0));
      EXPECT_TRUE(all.intact());
    });
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
    for_each_variant<RecordMetrics>(p, [&](auto launch) {
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

#ifndef GRIDSTRIDE_TESTED_GPU  // there, a loop exists only inside of a graph: tests/engine/training_test.cpp
TEST(EpochLoop, GoesOnWhileImagesAreLeft) {
  StepState next;
  next.batch = 8;
  next.samples = 17;
  for (const auto& [cursor, want] : {std::pair(0u, 1u), std::pair(2u, 1u), std::pair(3u, 0u), std::pair(4u, 0u)}) {
    next.cursor = cursor;
    for_each_variant<ContinueEpoch>(EpochLoop(), [&](auto launch) {
      unsigned go_on = 7;
      GuardedArray<StepState> state(std::vector{next});
      launch(reinterpret_cast<loop_t>(&go_on), state.data());
      EXPECT_EQ(go_on, want) << cursor;
    });
  }
}
#endif

void expect_state(const StepState& got, const StepState& want) {
  EXPECT_EQ(got.seed, want.seed);
  EXPECT_EQ(got.step, want.step);
  EXPECT_EQ(got.epoch, want.epoch);
  EXPECT_EQ(got.cursor, want.cursor);
  EXPECT_EQ(got.batch, want.batch);
  EXPECT_EQ(got.samples, want.samples);
  EXPECT_EQ(got.ring_slot, want.ring_slot);
  EXPECT_EQ(got.window, want.window);
  EXPECT_EQ(got.learning_rate, want.learning_rate);
  EXPECT_EQ(got.beta1_power, want.beta1_power);
  EXPECT_EQ(got.beta2_power, want.beta2_power);
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
  start.window = 24;
  start.learning_rate = 0.5f;
  start.beta1_power = 0.25;
  start.beta2_power = 0.75;
  for (const Advance& p : {Advance{true, 0.9f, 0.999f}, Advance{false, 0.9f, 0.999f}}) {
    const StepState want = ref::advance(start, p);
    for_each_variant<AdvanceStep>(p, [&](auto launch) {
      GuardedArray<StepState> now(std::vector{StepState()}), next(std::vector{start});
      launch(now.data(), next.data());
      expect_state(now.values()[0], start);
      expect_state(next.values()[0], want);
      EXPECT_EQ(next.values()[0].step, p.training ? 42u : 41u);
      EXPECT_EQ(next.values()[0].cursor, 8u);
      EXPECT_EQ(next.values()[0].ring_slot, 51u);
      EXPECT_TRUE(now.intact());
      EXPECT_TRUE(next.intact());
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
