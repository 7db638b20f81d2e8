// storage_test.cpp - ops other than products, with activations stored as bf16: every variant against the reference in
// fp64 on the inputs rounded to bf16. A bf16 output may be off by the fp32 bound and by one rounding; values that a
// kernel only selects or compares must be exact.
#include "kernels/bias/bias_ref.h"
#include "kernels/diagnose/diagnose_ref.h"
#include "kernels/dropout/dropout_ref.h"
#include "kernels/gather/gather_ref.h"
#include "kernels/loss/loss_ref.h"
#include "kernels/lrn/lrn_ref.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "kernels/step/step_ref.h"
#include "tests/support/compare.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

std::vector<float> bf16_values(std::int64_t n, std::uint64_t seed, double low = -1, double high = 1) {
  return as_stored<bf16>(random_values(n, seed, low, high));
}
/// Output of a ReLU.
std::vector<float> positive_values(std::int64_t n, std::uint64_t seed) {
  auto values = bf16_values(n, seed);
  for (float& v : values) v = v < 0 ? 0 : v;
  return values;
}

StepState third_step_with(int n, int valid) {
  StepState state;
  state.seed = 7;
  state.step = 3;
  state.batch = std::uint32_t(n);
  state.samples = std::uint32_t(valid);
  return state;
}

TEST(StoredAsBf16, GatherAndCollect) {
  for (const Gather& p : {Gather{1, 1}, Gather{3, 5}, Gather{5, 1031}, Gather{2, 8224}}) {
    Random random(1);
    std::vector<std::uint8_t> pixels(std::size_t(p.n * p.image_size));
    for (auto& pixel : pixels) pixel = std::uint8_t(random.below(256));
    const std::vector<std::int32_t> labels(std::size_t(p.n), 1);
    std::vector<std::uint32_t> order(std::size_t(p.n));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = std::uint32_t(order.size() - 1 - i);
    const StepState state = third_step_with(p.n, p.n - (p.n > 1));
    const auto want = ref::gather(p, state, pixels, labels, order);
    for_each_variant<GatherBatch<bf16>>(p, [&](auto launch) {
      DeviceArray<std::uint8_t> images(pixels);
      DeviceArray<std::int32_t> all_labels(labels);
      DeviceArray<std::uint32_t> permutation(order);
      DeviceArray<StepState> at(std::vector{state});
      GuardedStored<bf16> x(want.x.size());
      GuardedArray<std::int32_t> got_labels(labels.size());
      launch(x.data(), got_labels.data(), images.data(), all_labels.data(), permutation.data(), at.data());
      EXPECT_TRUE(agree(x.values(), want.x, stored_bounds<bf16>(want.x, 0x1p-24)));
      EXPECT_EQ(got_labels.values(), want.labels);
      EXPECT_TRUE(x.intact());
    });
    const AugmentedGather augmented{
        p.n, 1, int(p.image_size), 1, {.flip_horizontal = true, .shift = 0.2f, .brightness = 0.5f}};
    const auto turned = ref::gather_augmented(augmented, state, pixels, labels, order);
    for_each_variant<GatherAugmented<bf16>>(augmented, [&](auto launch) {
      DeviceArray<std::uint8_t> images(pixels);
      DeviceArray<std::int32_t> all_labels(labels);
      DeviceArray<std::uint32_t> permutation(order);
      DeviceArray<StepState> at(std::vector{state});
      GuardedStored<bf16> x(turned.x.size());
      GuardedArray<std::int32_t> got_labels(labels.size());
      launch(x.data(), got_labels.data(), images.data(), all_labels.data(), permutation.data(), at.data());
      // a coordinate is off by a few roundings of up to image_size pixels; neighbours differ by at most 1.5
      EXPECT_TRUE(agree(x.values(), turned.x, stored_bounds<bf16>(turned.x, 1.5 * 8 * 0x1p-24 * double(p.image_size))));
      EXPECT_TRUE(x.intact());
    });
    const LogitRows stored{p.n, 3};
    const auto rows = bf16_values(3 * p.n, 2);
    const std::vector<float> before(std::size_t(3 * p.n), -1);
    const auto collected = ref::store_logits(stored, state, widen(before), widen(rows));
    for_each_variant<StoreLogits<bf16>>(stored, [&](auto launch) {
      GuardedArray<float> all(before);
      Stored<bf16> batch(rows);
      DeviceArray<StepState> at(std::vector{state});
      launch(all.data(), batch.data(), at.data());
      EXPECT_TRUE(agree(all.values(), collected, 0.0));
    });
  }
}

TEST(StoredAsBf16, Activity) {
  const Activity p{3, 49, 33};
  auto y = bf16_values(p.n * p.places * p.channels, 1);
  y[1] = NAN, y[2] = INFINITY;
  const StepState state = third_step_with(p.n, p.n - 1);
  const auto want = ref::count_activity(p, p.n - 1, widen(y));
  for_each_variant<CountActivity<bf16>>(p, [&](auto launch) {
    Stored<bf16> values(y);
    DeviceArray<StepState> at(std::vector{state});
    GuardedArray<ChannelActivity> activity(want.size());
    launch(activity.data(), values.data(), at.data());
    const auto got = activity.values();
    for (std::size_t c = 0; c < want.size(); ++c) {
      EXPECT_EQ(got[c].positive, want[c].positive) << "channel " << c;
      EXPECT_EQ(got[c].broken, want[c].broken) << "channel " << c;
    }
  });
}

TEST(StoredAsBf16, BiasAndReluGradients) {
  for (bool relu : {false, true})
    for (Rows p : {Rows{1, 1}, Rows{3, 5}, Rows{513, 64}, Rows{1003, 3}}) {
      p.relu = relu;
      SCOPED_TRACE(std::to_string(p.rows) + " x " + std::to_string(p.columns));
      auto y = bf16_values(p.rows * p.columns, 1);
      y[y.size() / 2] = NAN;
      const auto bias = bf16_values(p.columns, 2);
      const auto sums = ref::bias_activation(p, widen(y), widen(bias));
      for_each_variant<BiasActivation<bf16>>(p, [&](auto launch) {
        GuardedStored<bf16> values(y);
        Stored<bf16> b(bias);
        launch(values.data(), b.data());
        auto bounds = stored_bounds<bf16>(sums, bound(2, 0, 1));
        bounds[y.size() / 2] = 0;
        EXPECT_TRUE(agree(values.values(), sums, bounds, NonFinite::as_expected));
        EXPECT_TRUE(values.intact());
      });
      const auto dy = bf16_values(p.rows * p.columns, 3);
      const auto db = ref::bias_gradient(p, widen(dy));
      for_each_variant<BiasGradient<bf16>>(p, [&](auto launch) {
        Stored<bf16> gradient(dy);
        GuardedArray<float> got(db.size());
        launch(got.data(), gradient.data());
        EXPECT_TRUE(agree(got.values(), db, bound(double(p.rows), double(p.rows), p.rows)));
        EXPECT_TRUE(got.intact());
      });
      auto output = positive_values(p.rows * p.columns, 4);
      output[output.size() / 2] = NAN;
      for_each_variant<ReluGradient<bf16>>(p, [&](auto launch) {
        GuardedStored<bf16> gradient(dy);
        Stored<bf16> out(output);
        launch(gradient.data(), out.data());
        EXPECT_TRUE(agree(gradient.values(), ref::relu_gradient(p, widen(dy), widen(output)), 0.0));
        EXPECT_TRUE(gradient.intact());
      });
      if (HasFailure()) return;
    }
}

TEST(StoredAsBf16, MaxPool) {
  for (const MaxPool& m : {MaxPool{1, 1, 1, 1, 1, 1}, MaxPool{2, 5, 7, 3, 2, 2, true}, MaxPool{3, 3, 2, 33, 2, 2},
                           MaxPool{1, 8, 8, 32, 2, 2, true}, MaxPool{2, 5, 3, 8, 2, 2}, MaxPool{2, 9, 6, 5, 3, 2},
                           MaxPool{2, 9, 7, 16, 3, 2, true}, MaxPool{1, 10, 11, 4, 3, 1}}) {
    SCOPED_TRACE(testing::Message() << m.h << "x" << m.w << "x" << m.c << ", window " << m.window);
    for (const bool with_nan : {false, true}) {
      auto x = bf16_values(m.x_size(), 1);
      if (with_nan) x[x.size() / 2] = NAN;
      const auto want = ref::maxpool_forward(m, widen(x));
      for_each_variant<MaxPoolForward<bf16>>(m, [&](auto launch) {
        Stored<bf16> input(x);
        GuardedStored<bf16> y(want.y.size());
        GuardedArray<std::uint8_t> argmax(want.argmax.size());
        launch(y.data(), argmax.data(), input.data());
        EXPECT_TRUE(agree(y.values(), want.y, 0.0, NonFinite::as_expected));
        EXPECT_EQ(argmax.values(), want.argmax);
        EXPECT_TRUE(y.intact());
        EXPECT_TRUE(argmax.intact());
      });
      const auto dy = bf16_values(m.y_size(), 2);
      const auto dx = ref::maxpool_backward(m, widen(dy), want.argmax);
      for_each_variant<MaxPoolBackward<bf16>>(m, [&](auto launch) {
        Stored<bf16> gradient(dy);
        DeviceArray<std::uint8_t> index(want.argmax);
        GuardedStored<bf16> got(dx.size());
        launch(got.data(), gradient.data(), index.data());
        const double terms = m.window * m.window;  // each below 1
        EXPECT_TRUE(agree(got.values(), dx, stored_bounds<bf16>(dx, bound(terms, terms, m.window * m.window))));
        EXPECT_TRUE(got.intact());
      });
      if (HasFailure()) return;
    }
  }
}

TEST(StoredAsBf16, ResponseNormalisation) {
  for (const Lrn& p : {Lrn{1, 1, 5}, Lrn{7, 20, 5}, Lrn{50, 96, 5}, Lrn{13, 33, 1, 1, 0.5f, 0.5f}}) {
    const auto x = positive_values(p.size(), 1), dy = bf16_values(p.size(), 2);
    const auto want = ref::lrn_forward(p, widen(x));
    for_each_variant<LrnForward<bf16>>(p, [&](auto launch) {
      Stored<bf16> input(x);
      GuardedStored<bf16> y(x.size());
      launch(y.data(), input.data());
      EXPECT_TRUE(agree(y.values(), want.y, stored_bounds<bf16>(want.y, 1e-6)));
      EXPECT_TRUE(y.intact());
    });
    auto dx = ref::lrn_backward(p, widen(dy), widen(x));
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x[i] <= 0) dx[i] = 0;
    // a variant may round y: 2^-8 of each of the window's terms, which are at most 1
    const double of_y = 2 * p.alpha * p.beta * p.window * 0x1p-8;
    for_each_variant<LrnBackward<bf16>>(p, [&](auto launch) {
      Stored<bf16> input(x), gradient(dy);
      GuardedStored<bf16> got(x.size());
      launch(got.data(), gradient.data(), input.data(), input.data());
      EXPECT_TRUE(agree(got.values(), dx, stored_bounds<bf16>(dx, of_y + 2e-6)));
      EXPECT_TRUE(got.intact());
    });
  }
}

TEST(StoredAsBf16, Dropout) {
  for (std::int64_t n : {1, 5, 127, 4099})
    for (float rate : {0.0f, 0.4f}) {
      const Dropout p{n, rate, 3};
      const StepState state = third_step_with(1, 1);
      auto x = bf16_values(n, 1);
      x[std::size_t(n / 2)] = NAN;
      const auto relu = positive_values(n, 2);
      const auto y = ref::dropout_forward(p, state, widen(x));
      const auto dx = ref::dropout_backward(p, state, widen(x), widen(relu));
      const auto bounds = [&](std::vector<double> want) {
        for (double& v : want) v = std::isnan(v) ? 0 : stored_bound<bf16>(v, 1.2e-7 * std::abs(v));
        return want;
      };
      for_each_variant<DropoutForward<bf16>>(p, [&](auto launch) {
        Stored<bf16> input(x);
        DeviceArray<StepState> at(std::vector{state});
        GuardedStored<bf16> got(x.size());
        launch(got.data(), input.data(), at.data());
        EXPECT_TRUE(agree(got.values(), y, bounds(y), NonFinite::as_expected));
        EXPECT_TRUE(got.intact());
      });
      for_each_variant<DropoutBackward<bf16>>(p, [&](auto launch) {
        Stored<bf16> gradient(x), output(relu);
        DeviceArray<StepState> at(std::vector{state});
        GuardedStored<bf16> got(x.size());
        launch(got.data(), gradient.data(), output.data(), at.data());
        EXPECT_TRUE(agree(got.values(), dx, bounds(dx), NonFinite::as_expected));
        EXPECT_TRUE(got.intact());
      });
    }
}

TEST(StoredAsBf16, LossesAndTheirGradients) {
  for (const Loss& p : {Loss{LossKind::bce, 33, 1}, Loss{LossKind::hinge, 8, 1}, Loss{LossKind::hinge_sigmoid, 8, 1},
                        Loss{LossKind::softmax, 9, 3}, Loss{LossKind::softmax, 5, 100, 0.2f}}) {
    SCOPED_TRACE(testing::Message() << "kind " << int(p.kind) << ", " << p.classes << " logits");
    const int valid = p.n - 1;
    const auto logits = bf16_values(std::int64_t(p.n) * p.classes, 1, -4, 4);
    Random random(2);
    std::vector<std::int32_t> labels(std::size_t(p.n));
    for (auto& label : labels) label = std::int32_t(random.below(std::max(p.classes, 2)));
    const auto want = ref::loss(p, valid, widen(logits), labels);
    for_each_variant<LossGradient<bf16>>(p, [&](auto launch) {
      Stored<bf16> z(logits);
      DeviceArray<std::int32_t> t(labels);
      DeviceArray<StepState> state(std::vector{third_step_with(p.n, valid)});
      GuardedArray<float> loss(labels.size()), correct(labels.size());
      GuardedStored<bf16> dlogits(logits.size());
      launch(loss.data(), correct.data(), dlogits.data(), z.data(), t.data(), static_cast<const float*>(nullptr),
             state.data());
      EXPECT_TRUE(agree(loss.values(), want.sample_loss, bound(12, 4, p.classes)));
      EXPECT_TRUE(agree(correct.values(), want.sample_correct, 0.0));
      EXPECT_TRUE(
          agree(dlogits.values(), want.dlogits, stored_bounds<bf16>(want.dlogits, bound(1, 4, p.classes) / valid)));
      EXPECT_TRUE(dlogits.intact());
    });
  }
}

}  // namespace
}  // namespace gs::test
