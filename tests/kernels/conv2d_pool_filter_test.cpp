// conv2d_pool_filter_test.cpp - the filter gradient from a pooled gradient: the reference is the gradient of the two
// layers, and every variant agrees with the reference.
#include <string>

#include "kernels/conv2d/conv2d_ref.h"
#include "kernels/conv2d_pool/conv2d_pool_ref.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/pooled_convolution.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

const std::vector<Conv2dPool> first_layers = {
    pooled({.n = 2, .h = 7, .w = 13, .c = 1, .k = 8, .r = 3, .s = 3, .pad = 1, .relu = true}),  // odd: an edge is cut
    pooled({.n = 3, .h = 9, .w = 12, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1, .relu = true}),
    pooled({.n = 2, .h = 10, .w = 9, .c = 1, .k = 6, .r = 5, .s = 5, .pad = 2}),
    pooled({.n = 1, .h = 6, .w = 38, .c = 1, .k = 70, .r = 3, .s = 3, .relu = true}),  // several blocks of filters
    pooled({.n = 1, .h = 2119, .w = 3, .c = 1, .k = 3, .r = 3, .s = 3, .pad = 1}),     // several bands per block
};

/// An index for each pooled value, with all four pixels and without a gradient.
std::vector<std::uint8_t> places(std::int64_t size) {
  Random random(9);
  std::vector<std::uint8_t> all(static_cast<std::size_t>(size));
  for (std::uint8_t& place : all) {
    const std::int64_t drawn = random.below(6);
    place = drawn < 4 ? std::uint8_t(drawn) : MaxPool::no_gradient;
  }
  return all;
}

template <class T>
class FilterGradientOfPooled : public testing::Test {};
using GradientStorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(FilterGradientOfPooled, GradientStorageTypes);

/// Calls check(dw, db) with each variant's results; they are the same bits when repeated.
template <class T, class Check>
void run_gradients(const Conv2dPool& p, const std::vector<float>& x, const std::vector<float>& dy,
                   const std::vector<std::uint8_t>& argmax, const Check& check) {
  for_each_variant<Conv2dPoolFilterGradient<T>>(p, [&](auto launch) {
    Stored<T> images(x), gradients(dy);
    DeviceArray<std::uint8_t> indices(argmax);
    GuardedArray<float> dw(std::size_t(p.conv.w_size())), db(std::size_t(p.conv.k));
    launch(dw.data(), db.data(), images.data(), gradients.data(), indices.data());
    check(dw.values(), db.values());
    EXPECT_TRUE(dw.intact());
    EXPECT_TRUE(db.intact());
    GuardedArray<float> dw_again(dw.size()), db_again(db.size());
    launch(dw_again.data(), db_again.data(), images.data(), gradients.data(), indices.data());
    EXPECT_EQ(dw.values(), dw_again.values()) << "the same inputs gave other bits";
    EXPECT_EQ(db.values(), db_again.values());
  });
}

TYPED_TEST(FilterGradientOfPooled, AgreesWithTheReference) {
  using T = TypeParam;
  for (const Conv2dPool& p : first_layers) {
    SCOPED_TRACE(extents_of(p.conv));
    const auto x = as_stored<T>(random_values(p.conv.x_size(), 1)),
               dy = as_stored<T>(random_values(p.pool.y_size(), 2));
    const auto argmax = places(p.pool.y_size());
    ref::Sums dw(p.conv.w_size()), db(p.conv.k);
    ref::conv2d_pool_filter_gradient(p, x.data(), dy.data(), argmax.data(), dw, db);
    const std::int64_t terms = p.pool.y_size() / p.conv.k;
    const auto bounds = [&](const ref::Sums& sums) {
      std::vector<double> all;
      for (std::size_t i = 0; i < sums.value.size(); ++i) all.push_back(bound(sums.value[i], sums.magnitude[i], terms));
      return all;
    };
    run_gradients<T>(p, x, dy, argmax, [&](const auto& got_dw, const auto& got_db) {
      EXPECT_TRUE(agree(got_dw, dw.value, bounds(dw)));
      EXPECT_TRUE(agree(got_db, db.value, bounds(db)));
    });
    if (this->HasFailure()) return;
  }
}

// Small integers and their sums are exact: no bound hides a missing term. The reference by two formulas: the gradient
// goes to the maxima, then to the filters.
TYPED_TEST(FilterGradientOfPooled, OfIntegersIsExactlyThatOfTheTwoLayers) {
  using T = TypeParam;
  for (const Conv2dPool& p : first_layers) {
    SCOPED_TRACE(extents_of(p.conv));
    const auto x = integers(p.conv.x_size(), 1), dy = integers(p.pool.y_size(), 2);
    const auto argmax = places(p.pool.y_size());
    const std::vector<double> full = ref::maxpool_backward(p.pool, widen(dy), argmax), wide_x = widen(x);
    ref::Sums dw(p.conv.w_size()), db(p.conv.k);
    ref::conv2d_filter_gradient(p.conv, wide_x.data(), full.data(), dw, db);
    run_gradients<T>(p, x, dy, argmax, [&](const auto& got_dw, const auto& got_db) {
      EXPECT_TRUE(agree(got_dw, dw.value, 0.0));
      EXPECT_TRUE(agree(got_db, db.value, 0.0));
    });
    if (this->HasFailure()) return;
  }
}

TEST(ReferenceOfPooledConvolution, IsAGradient) {
  for (const Conv2dPool& p :
       {pooled({.n = 2, .h = 5, .w = 6, .c = 3, .k = 2, .r = 3, .s = 3, .pad = 1, .relu = true}),
        pooled({.n = 1, .h = 9, .w = 7, .c = 4, .k = 4, .r = 3, .s = 2, .stride = 2, .groups = 2})}) {
    SCOPED_TRACE(extents_of(p.conv));
    const auto x = random_values<double>(p.conv.x_size(), 1), w = random_values<double>(p.conv.w_size(), 2),
               bias = random_values<double>(p.conv.k, 3), dy = random_values<double>(p.pool.y_size(), 4);
    const auto forward = [&](const std::vector<double>& w, const std::vector<double>& bias) {
      return ref::maxpool_forward(p.pool, ref::conv2d_forward(p.conv, x.data(), w.data(), bias.data()).value);
    };
    ref::Sums dw(p.conv.w_size()), db(p.conv.k);
    ref::conv2d_pool_filter_gradient(p, x.data(), dy.data(), forward(w, bias).argmax.data(), dw, db);
    EXPECT_TRUE(is_gradient(
        dw.value, [&](const auto& v) { return dot(dy, forward(v, bias).y); }, w));
    EXPECT_TRUE(is_gradient(
        db.value, [&](const auto& v) { return dot(dy, forward(w, v).y); }, bias));
  }
}

}  // namespace
}  // namespace gs::test
