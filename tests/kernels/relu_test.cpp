// relu_test.cpp - the ReLU as a separate op.
#include "kernels/relu/relu_ref.h"
#include "tests/support/activations.h"
#include "tests/support/gradient_check.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

template <class T>
void check(std::int64_t size) {
  SCOPED_TRACE(testing::Message() << size << " values of " << sizeof(T) << " bytes");
  auto x = activations<T>(size, 1);
  x[0] = 0;
  x.back() = -INFINITY;
  x[std::size_t(size / 2)] = NAN;
  const auto y = ref::relu_forward(widen(x));
  for_each_variant<ReluForward<T>>({size}, [&](auto launch) {
    Stored<T> input(x);
    GuardedStored<T> got(x.size());
    launch(got.data(), input.data());
    EXPECT_TRUE(agree(got.values(), y, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(got.intact());
  });
  auto dy = activations<T>(size, 2);
  dy.back() = NAN;  // y is 0 there unless it has one value
  const std::vector<float> output(y.begin(), y.end());
  const auto dx = ref::relu_backward(widen(dy), y);
  for_each_variant<ReluBackward<T>>({size}, [&](auto launch) {
    Stored<T> gradient(dy), out(output);
    GuardedStored<T> got(x.size());
    launch(got.data(), gradient.data(), out.data());
    EXPECT_TRUE(agree(got.values(), dx, 0.0, NonFinite::as_expected));
    EXPECT_TRUE(got.intact());
  });
}

TEST(Relu, EveryVariantIsTheReference) {
  for (const std::int64_t size : {1, 2, 15, 257, 10'007}) check<float>(size), check<bf16>(size);
}

TEST(ReluReference, GradientByDifferences) {
  const auto x = random_values<double>(50, 3), weights = random_values<double>(50, 4);
  EXPECT_TRUE(is_gradient(
      ref::relu_backward(weights, ref::relu_forward(x)),
      [&](const std::vector<double>& at) { return dot(weights, ref::relu_forward(at)); }, x));
}

TEST(ReluCosts, CountedByHand) {
  EXPECT_EQ(cost(ReluForward<float>{}, {100}).bytes, 800);
  EXPECT_EQ(cost(ReluBackward<bf16>{}, {100}).bytes, 600);
}

}  // namespace
}  // namespace gs::test
