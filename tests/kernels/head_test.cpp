// head_test.cpp - the last layers, the loss and the gradients in one kernel: in fp32 against the references, one after
// another, in both storage types against the separate ops.
#include <algorithm>

#include "kernels/dense/dense_ref.h"
#include "kernels/head/head.h"
#include "kernels/loss/loss_ref.h"
#include "tests/support/compare.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

struct Layer {
  int out;
  bool relu = false;
  float mask_scale = 1;  ///< of the gradient of the layer's input, if the layer below has a ReLU
};

/// `masked`: the head's input is the output of a ReLU.
Head head_of(int n, int in, const std::vector<Layer>& layers, LossKind kind, bool masked, float smoothing = 0) {
  Head head{.loss = {kind, n, layers.back().out, smoothing}, .layers = int(layers.size())};
  for (int l = 0; l < head.layers; ++l) {
    const Layer& layer = layers[std::size_t(l)];
    head.dense[l] = {n, in, layer.out, layer.relu, layer.mask_scale};
    head.masked[l] = l == 0 ? masked : layers[std::size_t(l) - 1].relu;
    in = layer.out;
  }
  return head;
}

const std::vector<Head> heads = {
    head_of(1, 1, {{1}}, LossKind::bce, false),
    head_of(8, 64, {{1}}, LossKind::hinge, true, 0),
    head_of(9, 128, {{64, true}, {1, false, 1.25f}}, LossKind::bce, true, 0.1f),
    head_of(3, 33, {{128, true}, {17}, {5}}, LossKind::softmax, false),
    head_of(17, 20, {{32}}, LossKind::softmax, true, 0.2f),
    head_of(5, 7, {{6, true}, {3, true, 2.0f}, {1}}, LossKind::hinge_sigmoid, true),
};

/// Everything that a head reads and writes; layers from the input on.
template <class T>
struct Values {
  std::vector<std::vector<float>> w, bias, y, g;
  std::vector<float> x, dx, sample_loss, sample_correct;
  std::vector<std::int32_t> labels;

  explicit Values(const Head& p) : x(as_stored<T>(random_values(std::int64_t(p.loss.n) * p.dense[0].in, 1))) {
    if (p.masked[0])
      for (float& value : x) value = std::max(value, 0.0f);
    for (int l = 0; l < p.layers; ++l) {
      const Dense& d = p.dense[l];
      w.push_back(as_stored<T>(random_values(std::int64_t(d.in) * d.out, std::uint64_t(10 + l), -0.3f, 0.3f)));
      bias.push_back(as_stored<T>(random_values(d.out, std::uint64_t(20 + l))));
    }
    Random random(3);
    for (int i = 0; i < p.loss.n; ++i) labels.push_back(std::int32_t(random.below(std::max(p.loss.classes, 2))));
  }
};

StepState state_of(const Head& p, int valid) {
  StepState state;
  state.batch = std::uint32_t(p.loss.n), state.samples = std::uint32_t(valid);
  return state;
}

/// Runs the variant; `weights`: per class, may be empty.
template <class T, class Launch>
Values<T> run_head(const Head& p, int valid, const std::vector<float>& class_weights, const Launch& launch) {
  Values<T> v(p);
  const std::size_t n = std::size_t(p.loss.n);
  std::vector<Stored<T>> w, bias;
  std::vector<GuardedStored<T>> y, g;
  for (int l = 0; l < p.layers; ++l) {
    w.emplace_back(v.w[std::size_t(l)]), bias.emplace_back(v.bias[std::size_t(l)]);
    y.emplace_back(n * std::size_t(p.dense[l].out)), g.emplace_back(n * std::size_t(p.dense[l].out));
  }
  const auto of = [&](auto& arrays, int from_logits) {
    return from_logits < p.layers ? arrays[std::size_t(p.layers - 1 - from_logits)].data() : nullptr;
  };
  Stored<T> x(v.x);
  GuardedStored<T> dx(v.x.size());
  GuardedArray<float> sample_loss(n), sample_correct(n);
  DeviceArray<std::int32_t> labels(v.labels);
  DeviceArray<float> weights(class_weights);
  DeviceArray<StepState> state(std::vector{state_of(p, valid)});
  launch(sample_loss.data(), sample_correct.data(), dx.data(), of(y, 0), of(y, 1), of(y, 2), of(g, 0), of(g, 1),
         of(g, 2), x.data(), of(w, 0), of(w, 1), of(w, 2), of(bias, 0), of(bias, 1), of(bias, 2), labels.data(),
         class_weights.empty() ? nullptr : weights.data(), state.data());
  for (auto* array : {&sample_loss, &sample_correct}) EXPECT_TRUE(array->intact());
  EXPECT_TRUE(dx.intact());
  for (int l = 0; l < p.layers; ++l) {
    EXPECT_TRUE(y[std::size_t(l)].intact() && g[std::size_t(l)].intact());
    v.y.push_back(y[std::size_t(l)].values()), v.g.push_back(g[std::size_t(l)].values());
  }
  v.dx = dx.values(), v.sample_loss = sample_loss.values(), v.sample_correct = sample_correct.values();
  return v;
}

/// Each step against its reference on the values that the kernel itself stored before: errors do not add up.
template <class T>
void expect_like_the_references(const Head& p, int valid, const std::vector<float>& class_weights, const Values<T>& v) {
  const auto close = [](const std::vector<float>& got, const std::vector<double>& want,
                        const std::vector<double>& magnitude, int terms) {
    std::vector<double> allowed;
    for (std::size_t i = 0; i < want.size(); ++i)
      allowed.push_back(stored_bound<T>(want[i], bound(magnitude.empty() ? 1 : magnitude[i], 4, terms) + 1e-7));
    return agree(got, want, allowed);
  };
  for (int l = 0; l < p.layers; ++l) {
    const std::size_t at = std::size_t(l);
    const std::vector<float>& input = l == 0 ? v.x : v.y[at - 1];
    const ref::Sums y = ref::dense_forward(p.dense[l], input.data(), v.w[at].data(), v.bias[at].data());
    EXPECT_TRUE(close(v.y[at], y.value, y.magnitude, p.dense[l].in + 1)) << "output of layer " << l;
    const ref::Sums g =
        ref::dense_data_gradient(p.dense[l], v.g[at].data(), v.w[at].data(), p.masked[l] ? input.data() : nullptr);
    EXPECT_TRUE(close(l == 0 ? v.dx : v.g[at - 1], g.value, g.magnitude, p.dense[l].out))
        << "gradient of the input of layer " << l;
  }
  const auto loss = ref::loss(p.loss, valid, widen(v.y.back()), v.labels, widen(class_weights));
  EXPECT_TRUE(agree(v.sample_loss, loss.sample_loss, 3 * bound(12, 4, p.loss.classes)));
  EXPECT_TRUE(agree(v.sample_correct, loss.sample_correct, 0.0));
  EXPECT_TRUE(agree(v.g.back(), loss.dlogits,
                    stored_bounds<T>(loss.dlogits, 3 * bound(1, 4, p.loss.classes) / std::max(valid, 1))));
}

template <class T>
class HeadOf : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(HeadOf, StorageTypes);

TYPED_TEST(HeadOf, LayersLossAndGradientsAreTheReferences) {
  using T = TypeParam;
  for (const Head& p : heads)
    for (const int valid : {p.loss.n, p.loss.n / 2}) {
      SCOPED_TRACE(testing::Message() << p.layers << " layers, " << p.dense[0].in << " inputs, " << valid << " of "
                                      << p.loss.n << " samples");
      const std::vector<float> class_weights =
          valid < p.loss.n ? random_values(std::max(p.loss.classes, 2), 5, 0, 3) : std::vector<float>();
      for_each_variant<HeadGradient<T>>(p, [&](auto launch) {
        expect_like_the_references<T>(p, valid, class_weights, run_head<T>(p, valid, class_weights, launch));
      });
      if (this->HasFailure()) return;
    }
}

TEST(Head, WiderLayersAndManyClassesAreNotSupported) {
  int variants = 0;
  for (const Registry* registry : tested_registries())
    for (const auto& variant : registry->variants<HeadGradient<float>>()) {
      ++variants;
      EXPECT_TRUE(variant.supports(head_of(8, 128, {{128, true}, {32}}, LossKind::softmax, true)));
      EXPECT_FALSE(variant.supports(head_of(8, 129, {{1}}, LossKind::bce, true)));
      EXPECT_FALSE(variant.supports(head_of(8, 10, {{33}}, LossKind::softmax, true)));
      EXPECT_FALSE(variant.supports(head_of(1 << 23, 10, {{1}}, LossKind::bce, true)));
      Head none = head_of(8, 10, {{1}}, LossKind::bce, true);
      none.layers = 0;
      EXPECT_FALSE(variant.supports(none));
    }
  EXPECT_GT(variants, 0);
}

}  // namespace
}  // namespace gs::test
