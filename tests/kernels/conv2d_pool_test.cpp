// conv2d_pool_test.cpp - fused convolution and max-pool against both formulas and against the separate kernels.
#include <algorithm>
#include <string_view>

#include "kernels/conv2d/conv2d_ref.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/compare.h"
#include "tests/support/pooled_convolution.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

const std::vector<Conv2dPool> pooled_problems = {
    pooled({.n = 1, .h = 2, .w = 2, .c = 1, .k = 1, .r = 1, .s = 1}),
    pooled(
        {.n = 2, .h = 5, .w = 7, .c = 1, .k = 8, .r = 3, .s = 3, .pad = 1, .relu = true}),  // odd: an edge is dropped
    pooled({.n = 3, .h = 9, .w = 12, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1, .relu = true}),
    pooled({.n = 2, .h = 10, .w = 6, .c = 5, .k = 66, .r = 3, .s = 3, .pad = 1}),  // more than one tile of filters
    pooled({.n = 2, .h = 17, .w = 13, .c = 2, .k = 5, .r = 5, .s = 5, .stride = 2, .pad = 2, .relu = true}),
    pooled({.n = 1, .h = 9, .w = 8, .c = 8, .k = 33, .r = 3, .s = 3, .pad = 1, .relu = true}),  // aligned channels
    pooled({.n = 2, .h = 72, .w = 60, .c = 4, .k = 20, .r = 1, .s = 1, .relu = true}),  // blocks for a whole GPU
    pooled({.n = 1, .h = 98, .w = 89, .c = 4, .k = 68, .r = 1, .s = 1}),
    pooled({.n = 9, .h = 4, .w = 5, .c = 12, .k = 12, .r = 2, .s = 2, .relu = true}),
    pooled({.n = 2, .h = 7, .w = 9, .c = 32, .k = 32, .r = 3, .s = 3, .pad = 1, .relu = true, .groups = 2}),
    pooled({.n = 2, .h = 6, .w = 7, .c = 15, .k = 21, .r = 3, .s = 3, .pad = 1, .groups = 3}),
    pooled({.n = 1, .h = 8, .w = 7, .c = 16, .k = 134, .r = 2, .s = 2, .relu = true, .groups = 2}),
    pooled({.n = 1, .h = 98, .w = 89, .c = 8, .k = 68, .r = 1, .s = 1, .groups = 2}),
    pooled({.n = 2, .h = 6, .w = 8, .c = 1, .k = 6, .r = 5, .s = 5, .pad = 2, .relu = true}),     // few input channels
    pooled({.n = 1, .h = 4, .w = 6, .c = 1, .k = 1053, .r = 3, .s = 3, .pad = 1}),                // and many filters
    pooled({.n = 2, .h = 9, .w = 19, .c = 16, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true}),  // halo: few blocks,
    pooled({.n = 30, .h = 3, .w = 17, .c = 8, .k = 40, .r = 3, .s = 3, .pad = 1, .relu = true}),  // and many
    pooled({.n = 2, .h = 8, .w = 52, .c = 9, .k = 17, .r = 3, .s = 3, .pad = 1, .relu = true}),   // winograd: steps
    pooled({.n = 3, .h = 6, .w = 10, .c = 16, .k = 40, .r = 3, .s = 3}),                          // no padding, no ReLU
    pooled({.n = 2, .h = 2, .w = 6, .c = 128, .k = 8, .r = 3, .s = 3, .pad = 2, .relu = true}),
};

/// A problem's tensors as the kernels get them, and the result of the two formulas; the convolution's output is rounded
/// to the storage type in between.
template <class T>
struct PooledCase {
  std::vector<T> x, w, bias;
  ref::MaxPooled want;

  PooledCase(const Conv2dPool& p, const std::vector<float>& images, const std::vector<float>& filters,
             const std::vector<float>& biases)
      : x(narrowed<T>(images)), w(narrowed<T>(filters)), bias(narrowed<T>(biases)) {
    const auto wide_x = widened_all(x), wide_w = widened_all(w), wide_bias = widened_all(bias);
    std::vector<double> full = ref::conv2d_forward(p.conv, wide_x.data(), wide_w.data(), wide_bias.data()).value;
    if (sizeof(T) == 2)
      for (double& v : full) v = widened(rounded<T>(float(v)));
    want = ref::maxpool_forward(p.pool, full);
  }
};

/// Calls check(y, argmax, variant) with each variant's results.
template <class T, class Check>
void run(const Conv2dPool& p, const PooledCase<T>& c, const Check& check) {
  const auto one_variant = [&](auto launch, const Variant<Conv2dPoolForward<T>>& variant) {
    DeviceArray<T> images(c.x), filters(c.w), biases(c.bias);
    GuardedArray<T> y(c.want.y.size());
    GuardedArray<std::uint8_t> argmax(c.want.argmax.size());
    launch(y.data(), argmax.data(), images.data(), filters.data(), biases.data());
    check(widened_all(y.values()), argmax.values(), variant);
    EXPECT_TRUE(y.intact());
    EXPECT_TRUE(argmax.intact());
  };
  // On the host there are variants for filters over few channels and for whole tiles alone.
  const int size = p.conv.r;
  const bool everywhere = p.conv.stride == 1 && size == p.conv.s && p.conv.groups == 1 &&
                          ((p.conv.c == 1 && (size == 3 || size == 5)) || (p.conv.c == 3 && size == 3));
  for_each_variant<Conv2dPoolForward<T>>(p, one_variant, everywhere ? on_all : on_blocks);
}

template <class T>
class ConvolutionAndPool : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(ConvolutionAndPool, StorageTypes);

TYPED_TEST(ConvolutionAndPool, AreTheTwoFormulas) {
  using T = TypeParam;
  for (const Conv2dPool& p : pooled_problems) {
    const Conv2d& d = p.conv;
    SCOPED_TRACE(extents_of(d));
    const PooledCase<T> c(p, random_values(d.x_size(), 1), random_values(d.w_size(), 2), random_values(d.k, 3));
    run(p, c, [&](const auto& y, const auto& argmax, const auto& variant) {
      // Inputs and filters below 1: the sum of absolute products is below its number of terms.
      const double terms = double(d.w_size() / d.k + 1);
      const double rounding = variant.arithmetic == Arithmetic::tf32 ? 0x1p-9 * terms : 0.0;
      const double growth = variant.has_fewer_products ? 70 : 1;  // winograd_4x4's bound
      EXPECT_TRUE(
          agree(y, c.want.y, stored_bound<T>(terms, growth * bound(terms, terms, std::int64_t(terms)) + rounding)));
      if (variant.arithmetic == Arithmetic::fp32 && sizeof(T) == 4 && !variant.has_fewer_products) {
        EXPECT_EQ(argmax, c.want.argmax);
      }
    });
  }
}

// Small integers are exact in every arithmetic, and many maxima are equal; the first one counts. The transforms of 4x4
// tiles round: a result is near an integer, and of equal values any may be the largest.
TYPED_TEST(ConvolutionAndPool, OfIntegersAreExactAndTheFirstOfEqualMaximaCounts) {
  using T = TypeParam;
  for (const Conv2dPool& p : pooled_problems) {
    const Conv2d& d = p.conv;
    SCOPED_TRACE(extents_of(d));
    const PooledCase<T> c(p, integers(d.x_size(), 1), integers(d.w_size(), 2), integers(d.k, 3));
    run(p, c, [&](const auto& y, const auto& argmax, const auto& variant) {
      EXPECT_TRUE(agree(y, c.want.y, variant.has_fewer_products ? 0.05 : 0.0));
      if (!variant.has_fewer_products) {
        EXPECT_EQ(argmax, c.want.argmax);
      }
    });
  }
}

// In an evaluation, or with frozen weights, the pool does not know of the ReLU before it: only its index byte differs.
TYPED_TEST(ConvolutionAndPool, HaveTheReluOfTheConvolution) {
  using T = TypeParam;
  for (Conv2dPool p : pooled_problems) {
    const Conv2d& d = p.conv;
    if (!d.relu) continue;
    SCOPED_TRACE(extents_of(d));
    p.pool.relu_input = false;
    const PooledCase<T> c(p, integers(d.x_size(), 1), integers(d.w_size(), 2), integers(d.k, 3));
    run(p, c, [&](const auto& y, const auto&, const auto& variant) {
      EXPECT_TRUE(agree(y, c.want.y, variant.has_fewer_products ? 0.05 : 0.0));
    });
  }
}

TYPED_TEST(ConvolutionAndPool, KeepTheFirstNaNOfAWindow) {
  using T = TypeParam;
  for (const Conv2dPool& p :
       {pooled({.n = 2, .h = 6, .w = 8, .c = 4, .k = 5, .r = 1, .s = 1, .relu = true}),
        pooled({.n = 2, .h = 6, .w = 8, .c = 1, .k = 5, .r = 3, .s = 3, .pad = 1, .relu = true})}) {
    const Conv2d& d = p.conv;
    auto x = integers(d.x_size(), 1);
    x[std::size_t(((1 * d.h + 2) * d.w + 5) * d.c)] = NAN;  // pixel (0, 1) of a window
    x[std::size_t(((1 * d.h + 3) * d.w + 4) * d.c)] = NAN;  // pixel (1, 0) of the same
    const PooledCase<T> c(p, x, integers(d.w_size(), 2), integers(d.k, 3));
    run(p, c, [&](const auto& y, const auto& argmax, const auto&) {
      EXPECT_TRUE(agree(y, c.want.y, 0.0, NonFinite::as_expected));
      EXPECT_EQ(argmax, c.want.argmax);
    });
  }
}

/// True if `argmax` is that of the unfused kernels, or if it is another pixel of the window with the same value.
void expect_places_of_maxima(const MaxPool& m, const std::vector<float>& x, const std::vector<std::uint8_t>& got,
                             const std::vector<std::uint8_t>& want) {
  const auto value_at = [&](std::size_t at, int place) {
    const int c = int(at) % m.c, q = int(at) / m.c % m.q(), p = int(at) / m.c / m.q() % m.p();
    return x[ref::nhwc(int(at) / m.c / m.q() / m.p(), 2 * p + place / 2, 2 * q + place % 2, c, m.h, m.w, m.c)];
  };
  for (std::size_t at = 0; at < want.size(); ++at) {
    if (got[at] == want[at]) continue;
    ASSERT_LT(std::max(got[at], want[at]), 4);
    ASSERT_EQ(value_at(at, got[at]), value_at(at, want[at]));
  }
}

/// The convolution's variant with the sums of this fused variant: the one of the same name, if there is one.
template <class T>
std::string_view with_the_same_sums(std::string_view fused) {
  if (fused == "window") return "tiled";
  return fused == "simd" && sizeof(T) == 2 ? "bf16_emulated" : fused;
}

// The maximum depends on the sums. Several may round to the same bf16: `window` compares them before they are rounded.
TYPED_TEST(ConvolutionAndPool, HaveTheBitsOfTheTwoKernels) {
  using T = TypeParam;
  for (const Conv2dPool& p : pooled_problems) {
    const Conv2d& d = p.conv;
    SCOPED_TRACE(extents_of(d));
    const PooledCase<T> c(p, random_values(d.x_size(), 1), random_values(d.w_size(), 2), random_values(d.k, 3));
    DeviceArray<T> images(c.x), filters(c.w), biases(c.bias);
    for (const Registry* registry : tested_registries())
      for (const auto& fused : registry->variants<Conv2dPoolForward<T>>()) {
        if (!fused.supports(p)) continue;
        SCOPED_TRACE(std::string(name_of(registry->target())) + ", variant " + std::string(fused.name));
        DeviceArray<T> between(std::size_t(d.y_size())), y(c.want.y.size()), fused_y(y.size());
        DeviceArray<std::uint8_t> argmax(y.size()), fused_argmax(y.size());
        const auto& convolution = registry->variant<Conv2dForward<T>>(with_the_same_sums<T>(fused.name));
        DeviceArray<std::byte> workspace(std::max(convolution.workspace_bytes(d), fused.workspace_bytes(p)));
        convolution.launch(between.data(), images.data(), filters.data(), biases.data(), d, workspace.data(),
                           tested_stream());
        registry->variant<MaxPoolForward<T>>("element").launch(y.data(), argmax.data(), between.data(), p.pool, nullptr,
                                                               tested_stream());
        fused.launch(fused_y.data(), fused_argmax.data(), images.data(), filters.data(), biases.data(), p,
                     workspace.data(), tested_stream());
        EXPECT_EQ(widened_all(fused_y.values()), widened_all(y.values()));
        if (fused.name == "window" && sizeof(T) == 2)
          expect_places_of_maxima(p.pool, widened_all(between.values()), fused_argmax.values(), argmax.values());
        else
          EXPECT_EQ(fused_argmax.values(), argmax.values());
      }
  }
}

}  // namespace
}  // namespace gs::test
