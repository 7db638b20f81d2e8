// conv2d_pool_test.cpp - convolution and max-pool in one against the formulas of the two.
#include "kernels/conv2d/conv2d_ref.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/compare.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

Conv2dPool pooled(const Conv2d& conv) {
  return {conv, {.n = conv.n, .h = conv.p(), .w = conv.q(), .c = conv.k, .relu_input = conv.relu}};
}

const std::vector<Conv2dPool> problems = {
    pooled({.n = 1, .h = 2, .w = 2, .c = 1, .k = 1, .r = 1, .s = 1}),
    pooled(
        {.n = 2, .h = 5, .w = 7, .c = 1, .k = 8, .r = 3, .s = 3, .pad = 1, .relu = true}),  // odd: an edge is dropped
    pooled({.n = 3, .h = 9, .w = 12, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1, .relu = true}),
    pooled({.n = 2, .h = 10, .w = 6, .c = 5, .k = 66, .r = 3, .s = 3, .pad = 1}),  // more than one tile of filters
    pooled({.n = 2, .h = 17, .w = 13, .c = 2, .k = 5, .r = 5, .s = 5, .stride = 2, .pad = 2, .relu = true}),
};

TEST(Conv2dPool, IsTheConvolutionAndThePool) {
  for (const Conv2dPool& p : problems) {
    const Conv2d& d = p.conv;
    SCOPED_TRACE(testing::Message() << d.n << "x" << d.h << "x" << d.w << "x" << d.c << " -> " << d.k);
    const auto x = random_values(d.x_size(), 1), w = random_values(d.w_size(), 2), bias = random_values(d.k, 3);
    const ref::Sums full = ref::conv2d_forward(d, x.data(), w.data(), bias.data());
    const ref::MaxPooled want = ref::maxpool_forward(p.pool, full.value);
    for_each_technique<Conv2dPoolForward>(&StorageRooms<float>::conv2d_pool_forward, p, [&](auto launch) {
      DeviceArray<float> images(x), filters(w), biases(bias);
      GuardedArray<float> y(want.y.size());
      GuardedArray<std::uint8_t> argmax(want.argmax.size());
      launch(y.data(), argmax.data(), images.data(), filters.data(), biases.data());
      // Inputs and filters below 1: the sum of absolute products is below its number of terms.
      const double terms = double(d.w_size() / d.k + 1);
      EXPECT_TRUE(agree(y.values(), want.y, bound(terms, terms, std::int64_t(terms))));
      EXPECT_EQ(argmax.values(), want.argmax);
      EXPECT_TRUE(y.intact());
      EXPECT_TRUE(argmax.intact());
    });
  }
}

}  // namespace
}  // namespace gs::test
