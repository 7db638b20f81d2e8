// loss_test.cpp - every loss on every target: values, correctness, gradients, padding, extreme and broken logits.
#include <limits>

#include "kernels/loss/loss_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

constexpr LossKind one_logit_kinds[] = {LossKind::bce, LossKind::hinge, LossKind::hinge_sigmoid};

std::string describe(const Loss& p, std::int64_t valid) {
  return "kind " + std::to_string(int(p.kind)) + ", " + std::to_string(valid) + " of " + std::to_string(p.n) +
         " rows, " + std::to_string(p.classes) + " logits, smoothing " + std::to_string(p.smoothing);
}

std::vector<Loss> loss_problems() {
  std::vector<Loss> list;
  for (int n : {1, 2, 8, 33, 300}) {
    for (LossKind kind : one_logit_kinds) list.push_back({kind, n, 1});
    for (int classes : {2, 3, 10, 32, 33, 100}) list.push_back({LossKind::softmax, n, classes});
    list.push_back({LossKind::bce, n, 1, 0.2f});
    for (int classes : {3, 40}) list.push_back({LossKind::softmax, n, classes, 0.2f});
  }
  return list;
}

/// State of the only batch of an epoch, with images in `valid` of its rows.
StepState state_with(int n, int valid) {
  StepState state;
  state.batch = std::uint32_t(n);
  state.samples = std::uint32_t(valid);
  return state;
}

std::vector<std::int32_t> random_labels(const Loss& p, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::int32_t> labels(std::size_t(p.n));
  for (auto& label : labels) label = std::int32_t(random.below(std::max(p.classes, 2)));
  return labels;
}

struct Result {
  std::vector<float> loss, correct, dlogits;
};

/// Runs every variant and passes its results to `check`.
template <class Check>
void run(const Loss& p, int valid, const std::vector<float>& logits, const std::vector<std::int32_t>& labels,
         Check check, const std::vector<float>& class_weights = {}) {
  for_each_variant<LossGradient<float>>(p, [&](auto launch) {
    DeviceArray<float> z(logits);
    DeviceArray<std::int32_t> t(labels);
    DeviceArray<float> weights(class_weights);
    const float* w = class_weights.empty() ? nullptr : weights.data();
    DeviceArray<StepState> state(std::vector{state_with(p.n, valid)});
    const std::size_t n = std::size_t(p.n);
    GuardedArray<float> loss(n), correct(n), dlogits(logits.size()), again(n), again_correct(n);
    launch(loss.data(), correct.data(), dlogits.data(), z.data(), t.data(), w, state.data());
    launch(again.data(), again_correct.data(), nullptr, z.data(), t.data(), w, state.data());
    for (auto* array : {&loss, &correct, &dlogits, &again, &again_correct}) EXPECT_TRUE(array->intact());
    check(Result{loss.values(), correct.values(), dlogits.values()});
    EXPECT_TRUE(agree(again.values(), widen(loss.values()), 0.0, NonFinite::as_expected)) << "without dlogits";
    EXPECT_EQ(again_correct.values(), correct.values()) << "without dlogits";
  });
}

TEST(Loss, AgainstTheReference) {
  for (const Loss& p : loss_problems())
    for (int valid : {p.n, (p.n + 1) / 2, 0}) {
      SCOPED_TRACE(describe(p, valid));
      const auto logits = random_values(std::int64_t(p.n) * p.classes, 1, -6, 6);
      const auto labels = random_labels(p, 2);
      const auto want = ref::loss(p, valid, widen(logits), labels);
      run(p, valid, logits, labels, [&](const Result& got) {
        // A few roundings of numbers no larger than the sum of K exponentials and the range of the logits.
        EXPECT_TRUE(agree(got.loss, want.sample_loss, bound(12, 4, p.classes)));
        EXPECT_TRUE(agree(got.correct, want.sample_correct, 0.0));
        EXPECT_TRUE(agree(got.dlogits, want.dlogits, bound(1, 4, p.classes) / std::max(valid, 1)));
      });
      if (HasFailure()) return;
    }
}

TEST(Loss, ClassWeightsMultiplyLossAndGradient) {
  for (const Loss& p : loss_problems()) {
    SCOPED_TRACE(describe(p, p.n));
    const auto logits = random_values(std::int64_t(p.n) * p.classes, 6, -4, 4);
    const auto labels = random_labels(p, 7);
    const auto weights = random_values(std::max(p.classes, 2), 8, 0, 3);
    const auto want = ref::loss(p, p.n, widen(logits), labels, widen(weights));
    run(
        p, p.n, logits, labels,
        [&](const Result& got) {
          EXPECT_TRUE(agree(got.loss, want.sample_loss, 3 * bound(12, 4, p.classes)));
          EXPECT_TRUE(agree(got.correct, want.sample_correct, 0.0));
          EXPECT_TRUE(agree(got.dlogits, want.dlogits, 3 * bound(1, 4, p.classes) / p.n));
        },
        weights);
    if (HasFailure()) return;
  }
}

TEST(Loss, HugeLogitsGiveFiniteAndRightResults) {
  const float largest = 1e38f;
  for (LossKind kind : one_logit_kinds)
    for (int label : {0, 1})
      for (float z : {largest, -largest, 120.0f, -120.0f, 88.8f, -88.8f, 0.0f}) {
        SCOPED_TRACE(describe({kind, 1, 1}, 1) + ", z " + std::to_string(z) + ", label " + std::to_string(label));
        const auto want = ref::loss({kind, 1, 1}, 1, std::vector<double>{z}, std::vector{label});
        run({kind, 1, 1}, 1, {z}, {label}, [&](const Result& got) {
          EXPECT_TRUE(agree(got.loss, want.sample_loss, 1e-6 * (1 + want.sample_loss[0])));
          EXPECT_TRUE(agree(got.correct, want.sample_correct, 0.0));
          EXPECT_TRUE(agree(got.dlogits, want.dlogits, 1e-6));
        });
      }
  for (int classes : {3, 40}) {
    const Loss p{LossKind::softmax, 2, classes};
    auto logits = random_values(2 * classes, 3, -100, 100);
    logits[1] = largest;
    logits[std::size_t(classes) + 2] = -largest;
    const std::vector<std::int32_t> labels = {0, 2};
    const auto want = ref::loss(p, 2, widen(logits), labels);
    run(p, 2, logits, labels, [&](const Result& got) {
      EXPECT_TRUE(agree_relative(got.loss, want.sample_loss, 1e-6));
      EXPECT_TRUE(agree(got.correct, want.sample_correct, 0.0));
      EXPECT_TRUE(agree(got.dlogits, want.dlogits, 1e-5));
    });
  }
}

TEST(Loss, NanLogitsGiveNanAndAreNeverCorrect) {
  std::vector<Loss> list = {{LossKind::softmax, 4, 3}, {LossKind::softmax, 4, 33}};
  for (LossKind kind : one_logit_kinds) list.push_back({kind, 4, 1});
  for (const Loss& p : list)
    for (int label : {0, 1}) {
      SCOPED_TRACE(describe(p, 4));
      std::vector<float> logits(std::size_t(p.n * p.classes), 0.5f);
      // first, last and every logit of rows 0, 1 and 2; row 3 is sound
      const std::size_t classes = std::size_t(p.classes);
      logits[0] = logits[2 * classes - 1] = NAN;
      std::fill_n(logits.begin() + std::ptrdiff_t(2 * classes), classes, NAN);
      run(p, 4, logits, std::vector<std::int32_t>(4, label), [&](const Result& got) {
        for (std::size_t i = 0; i < 3; ++i) {
          EXPECT_TRUE(std::isnan(got.loss[i])) << "row " << i;
          EXPECT_EQ(got.correct[i], 0) << "row " << i;
          EXPECT_TRUE(std::isnan(got.dlogits[i * classes])) << "row " << i;
        }
        EXPECT_TRUE(std::isfinite(got.loss[3]) && std::isfinite(got.dlogits[3 * classes]));
      });
    }
}

TEST(Loss, APredictionIsTheFirstLargestLogit) {
  for (int classes : {4, 64}) {
    std::vector<float> logits(std::size_t(classes), 1.0f);  // a tie of all
    for (int label : {0, 1})
      run({LossKind::softmax, 1, classes}, 1, logits, {label},
          [&](const Result& got) { EXPECT_EQ(got.correct[0], label == 0 ? 1 : 0); });
  }
  for (LossKind kind : one_logit_kinds)
    run({kind, 2, 1}, 2, {0, 0}, {0, 1}, [](const Result& got) {
      EXPECT_EQ(got.correct, (std::vector<float>{1, 0})) << "z = 0 is no positive";
    });
}

TEST(LossReference, GradientsByDifferences) {
  for (const Loss& p :
       {Loss{LossKind::bce, 9, 1}, Loss{LossKind::hinge, 9, 1}, Loss{LossKind::hinge_sigmoid, 9, 1},
        Loss{LossKind::softmax, 5, 4}, Loss{LossKind::bce, 9, 1, 0.3f}, Loss{LossKind::softmax, 5, 4, 0.3f}}) {
    const int valid = p.n - 2;
    SCOPED_TRACE(describe(p, valid));
    const auto logits = random_values<double>(std::int64_t(p.n) * p.classes, 4, -3, 3);
    const auto labels = random_labels(p, 5);
    const auto weights = random_values<double>(4, 9, 0.5, 2);
    const auto mean = [&](const std::vector<double>& at) {
      double sum = 0;
      for (const double loss : ref::loss(p, valid, at, labels, weights).sample_loss) sum += loss;
      return sum / valid;
    };
    EXPECT_TRUE(is_gradient(ref::loss(p, valid, logits, labels, weights).dlogits, mean, logits));
  }
}

}  // namespace
}  // namespace gs::test
