// concat_test.cpp - concatenation along the channels: values are copied, so every variant must be exact.
#include "kernels/concat/concat_ref.h"
#include "tests/support/activations.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Pixels, channels of a and of b.
const std::vector<Concat> concat_problems = {{1, 1, 1}, {7, 3, 5}, {50, 64, 33}, {1, 1, 130}, {1003, 17, 2}};

template <class T>
void check_forward(const Concat& p) {
  auto a = activations<T>(p.pixels * p.a_c, 1), b = activations<T>(p.pixels * p.b_c, 2);
  b.back() = NAN;
  const auto want = ref::concat_forward(p, widen(a), widen(b));
  for_each_variant<ConcatForward<T>>(p, [&](auto launch) {
    Stored<T> in_a(a), in_b(b);
    GuardedStored<T> y(want.size());
    launch(y.data(), in_a.data(), in_b.data());
    EXPECT_TRUE(agree(y.values(), want, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(y.intact());
  });
}

template <class T>
void check_backward(const Concat& p, bool mask_a, bool mask_b) {
  auto dy = activations<T>(p.size(), 3);
  dy[0] = NAN;
  const auto a = out_of_relu(activations<T>(p.pixels * p.a_c, 4)), b = out_of_relu(activations<T>(p.pixels * p.b_c, 5));
  const auto want = ref::concat_backward(p, widen(dy), if_given(mask_a, a), if_given(mask_b, b));
  for_each_variant<ConcatBackward<T>>(p, [&](auto launch) {
    Stored<T> gradient(dy), relu_a(a), relu_b(b);
    GuardedStored<T> da(a.size()), db(b.size());
    launch(da.data(), db.data(), gradient.data(), if_given(mask_a, relu_a), if_given(mask_b, relu_b));
    EXPECT_TRUE(agree(da.values(), want.da, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(agree(db.values(), want.db, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(da.intact());
    EXPECT_TRUE(db.intact());
  });
}

TEST(Concat, EveryVariantIsTheReference) {
  for (const Concat& p : concat_problems) {
    SCOPED_TRACE(testing::Message() << p.pixels << " pixels, " << p.a_c << " + " << p.b_c << " channels");
    check_forward<float>(p), check_forward<bf16>(p);
    for (const bool mask_a : {false, true})
      for (const bool mask_b : {false, true})
        check_backward<float>(p, mask_a, mask_b), check_backward<bf16>(p, mask_a, mask_b);
    if (HasFailure()) return;
  }
}

TEST(ConcatReference, GradientByDifferences) {
  const Concat p{3, 2, 4};
  const auto a = random_values<double>(6, 6), b = random_values<double>(12, 7), weights = random_values<double>(18, 8);
  const auto gradients = ref::concat_backward(p, weights);
  EXPECT_TRUE(is_gradient(
      gradients.da, [&](const std::vector<double>& at) { return dot(weights, ref::concat_forward(p, at, b)); }, a));
  EXPECT_TRUE(is_gradient(
      gradients.db, [&](const std::vector<double>& at) { return dot(weights, ref::concat_forward(p, a, at)); }, b));
}

TEST(ConcatCosts, CountedByHand) {
  EXPECT_EQ(cost(ConcatForward<float>{}, {10, 2, 3}).bytes, 50 * 8);
  EXPECT_EQ(cost(ConcatBackward<bf16>{}, {10, 2, 3}).bytes, 50 * 4);
}

}  // namespace
}  // namespace gs::test
