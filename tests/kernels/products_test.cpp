// products_test.cpp - convolution and dense layers: every variant of their six ops against the references in fp64.
// Both are a product with weights and a bias, so one set of tests serves both.
#include <algorithm>
#include <utility>

#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/product_checks.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

template <class Op>
class Products : public testing::Test {};
using Layers = testing::Types<Convolution, FullyConnected, ConvolutionOf<bf16>, FullyConnectedOf<bf16>>;
TYPED_TEST_SUITE(Products, Layers);

/// Tests that do not depend on the storage type, or that need fp32.
template <class Op>
class ProductsInFp32 : public testing::Test {};
using Fp32Layers = testing::Types<Convolution, FullyConnected>;
TYPED_TEST_SUITE(ProductsInFp32, Fp32Layers);

TYPED_TEST(ProductsInFp32, ReferencesAreGradients) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    if (Op::w_size(p) > 600 || Op::x_size(p) > 600) continue;  // differences cost two evaluations a component
    SCOPED_TRACE(Op::describe(p));
    const auto x = random_values<double>(Op::x_size(p), 1), w = random_values<double>(Op::w_size(p), 2);
    const auto b = random_values<double>(Op::outputs(p), 3), dy = random_values<double>(Op::y_size(p), 4);
    const auto loss = [&](const auto& x, const auto& w, const auto& b) {
      return dot(dy, Op::forward(p, x.data(), w.data(), b.data()).value);
    };
    const ref::Sums dx = Op::template data_gradient<double>(p, dy.data(), w.data(), nullptr);
    EXPECT_TRUE(is_gradient(
        dx.value, [&](const auto& v) { return loss(v, w, b); }, x));
    ref::Sums dw(Op::w_size(p)), db(Op::outputs(p));
    Op::filter_gradient(p, x.data(), dy.data(), dw, db);
    EXPECT_TRUE(is_gradient(
        dw.value, [&](const auto& v) { return loss(x, v, b); }, w));
    EXPECT_TRUE(is_gradient(
        db.value, [&](const auto& v) { return loss(x, w, v); }, b));
  }
}

/// Memory for the checks of product_checks.h.
template <class T>
struct TestedArrays {
  Arithmetic arithmetic;
  static constexpr bool gradient_is_stored = false;
  static Stored<T> input(const std::vector<float>& values) { return Stored<T>(values); }
  static GuardedStored<T> stored(std::size_t size) { return GuardedStored<T>(size); }
  static GuardedArray<float> output(std::size_t size) { return GuardedArray<float>(size); }
};

/// All variants of an op, as product_checks.h iterates over them.
template <class Op>
auto each_variant(const typename Op::Problem& p) {
  return [&p](const auto& body) {
    for_each_variant<Op>(
        p, [&](auto launch, Arithmetic arithmetic) { body(TestedArrays<typename Op::Stored>{arithmetic}, launch); });
  };
}

/// Without and with a ReLU. Instrumented kernels take a minute for each: they have the second, which reads more.
std::vector<bool> with_a_relu() {
  return kernels_are_instrumented ? std::vector{true} : std::vector{false, true};
}

TYPED_TEST(Products, ForwardAgainstTheReference) {
  using Op = TypeParam;
  for (auto p : Op::problems())
    for (const bool relu : with_a_relu()) {
      p.relu = relu;
      SCOPED_TRACE(Op::describe(p));
      test::check_forward<Op>(p, each_variant<typename Op::Forward>(p));
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, DataGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems())
    for (const bool masked : with_a_relu()) {
      SCOPED_TRACE(Op::describe(p) + (masked ? ", behind a ReLU" : ""));
      test::check_data_gradient<Op>(p, masked, each_variant<typename Op::DataGradient>(p));
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, FilterGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    test::check_filter_gradient<Op>(p, each_variant<typename Op::FilterGradient>(p));
    if (this->HasFailure()) return;
  }
}

// Small integers are exact in tf32 and bf16 as in fp32, and so are their products and sums in fp32: no bound hides a
// missing term. A bf16 output is the rounded sum. Transforms around fewer products may round: then the exact result is
// the nearest integer.
TYPED_TEST(Products, IntegersAreExact) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  const auto stored = [](const ref::Sums& sums) { return widen(as_stored<T>({sums.value.begin(), sums.value.end()})); };
  const auto most = [](const auto& variant) { return variant.has_fewer_products ? 0.05 : 0.0; };
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    const auto x = integers(Op::x_size(p), 1), w = integers(Op::w_size(p), 2), b = integers(Op::outputs(p), 3),
               dy = integers(Op::y_size(p), 4);
    const ref::Sums y = Op::forward(p, x.data(), w.data(), b.data());
    const ref::Sums dx = Op::template data_gradient<float>(p, dy.data(), w.data(), nullptr);
    ref::Sums dw(Op::w_size(p)), db(Op::outputs(p));
    Op::filter_gradient(p, x.data(), dy.data(), dw, db);
    Stored<T> xs(x), ws(w), bs(b), dys(dy);
    for_each_variant<typename Op::Forward>(p, [&](auto launch, const Variant<typename Op::Forward>& variant) {
      GuardedStored<T> got(y.value.size());
      launch(got.data(), xs.data(), ws.data(), bs.data());
      EXPECT_TRUE(agree(got.values(), stored(y), most(variant)));
    });
    for_each_variant<typename Op::DataGradient>(p, [&](auto launch, const Variant<typename Op::DataGradient>& variant) {
      GuardedStored<T> got(dx.value.size());
      launch(got.data(), dys.data(), ws.data(), static_cast<const T*>(nullptr));
      EXPECT_TRUE(agree(got.values(), stored(dx), most(variant)));
    });
    for_each_variant<typename Op::FilterGradient>(
        p, [&](auto launch, const Variant<typename Op::FilterGradient>& variant) {
          GuardedArray<float> got(dw.value.size()), got_b(db.value.size());
          launch(got.data(), got_b.data(), xs.data(), dys.data());
          EXPECT_TRUE(agree(got.values(), dw.value, most(variant)));
          EXPECT_TRUE(agree(got_b.values(), db.value, most(variant)));
        });
    if (this->HasFailure()) return;
  }
}

/// A ReLU's output that is NaN lets the gradient pass, scaled; the sum below it is NaN as well.
TYPED_TEST(Products, NaNInTheMaskLetsTheGradientPass) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    const auto dy = as_stored<T>(random_values(Op::y_size(p), 1)), w = as_stored<T>(random_values(Op::w_size(p), 2));
    auto mask = as_stored<T>(random_values(Op::x_size(p), 3));
    mask[mask.size() / 2] = NAN;
    const ref::Sums want = Op::data_gradient(p, dy.data(), w.data(), mask.data());
    for_each_variant<typename Op::DataGradient>(p, [&](auto launch, Arithmetic arithmetic) {
      Stored<T> dys(dy), ws(w), masks(mask);
      GuardedStored<T> dx(mask.size());
      launch(dx.data(), dys.data(), ws.data(), static_cast<const T*>(masks.data()));
      const auto allowed = bounds(want, Op::data_gradient_terms(p), arithmetic);
      EXPECT_TRUE(agree(dx.values(), want.value, stored_bounds<T>(want.value, allowed)));
    });
    if (this->HasFailure()) return;
  }
}

/// By hand, one product: 1 + 2^-12 becomes 1, the tie 1 + 2^-11 goes away from zero to 1 + 2^-10; sums are fp32.
TYPED_TEST(ProductsInFp32, Tf32RoundsTheFactorsAndNothingElse) {
  using Op = TypeParam;
  auto p = Op::problems()[0];
  ASSERT_EQ(Op::x_size(p) * Op::w_size(p) * Op::y_size(p), 1);
  const float a = 1 + 0x1p-12f, b = 1 + 0x1p-11f;
  DeviceArray<float> x(std::vector{a}), w(std::vector{b}), bias(std::vector{0x1p-20f});
  int rows = 0;
  for_each_variant<typename Op::Forward>(p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    ++rows;
    GuardedArray<float> y(std::size_t(1));
    launch(y.data(), x.data(), w.data(), bias.data());
    EXPECT_EQ(y.values()[0], 1 + 0x1p-10f + 0x1p-20f);
  });
  EXPECT_GT(std::exchange(rows, 0), 0) << "no forward pass in tf32";
  for_each_variant<typename Op::DataGradient>(p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    ++rows;
    GuardedArray<float> dx(std::size_t(1));
    launch(dx.data(), x.data(), w.data(), static_cast<const float*>(nullptr));
    EXPECT_EQ(dx.values()[0], 1 + 0x1p-10f);
  });
  EXPECT_GT(std::exchange(rows, 0), 0) << "no data gradient in tf32";
  p.n = 16;  // the least that dense_tensor takes here; all but the first are zero
  std::vector<float> inputs(16), gradients(16);
  inputs[0] = a, gradients[0] = b;
  DeviceArray<float> xs(inputs), dys(gradients);
  for_each_variant<typename Op::FilterGradient>(p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    ++rows;
    GuardedArray<float> dw(std::size_t(1)), db(std::size_t(1));
    launch(dw.data(), db.data(), xs.data(), dys.data());
    EXPECT_EQ(dw.values()[0], 1 + 0x1p-10f);
    EXPECT_EQ(db.values()[0], b) << "the bias gradient is a sum of what is there";
  });
  EXPECT_GT(rows, 0) << "no filter gradient in tf32";
}

/// True for each value that is NaN.
template <class Values>
std::vector<bool> nans(const Values& values) {
  std::vector<bool> result;
  for (const auto v : values) result.push_back(std::isnan(v));
  return result;
}

TYPED_TEST(Products, NaNSurvives) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  auto p = Op::problems()[2];
  p.relu = true;
  const auto w = random_values(Op::w_size(p), 2), b = random_values(Op::outputs(p), 3);
  auto x = random_values(Op::x_size(p), 1), dy = random_values(Op::y_size(p), 4);
  const auto finite_x = x;
  x[x.size() / 2] = dy[dy.size() / 2] = NAN;  // not at a border: there, padding times NaN may be NaN
  const auto y_nans = nans(Op::forward(p, x.data(), w.data(), b.data()).value);
  const auto dx_nans = nans(Op::template data_gradient<float>(p, dy.data(), w.data(), nullptr).value);
  ref::Sums dw(Op::w_size(p)), db(Op::outputs(p));
  Op::filter_gradient(p, finite_x.data(), dy.data(), dw, db);
  for (const auto& of : {y_nans, dx_nans, nans(dw.value), nans(db.value)})
    ASSERT_GT(std::count(of.begin(), of.end(), true), 0);
  Stored<T> xs(x), finite_xs(finite_x), ws(w), bs(b), dys(dy);
  for_each_variant<typename Op::Forward>(p, [&](auto launch) {
    GuardedStored<T> got(y_nans.size());
    launch(got.data(), xs.data(), ws.data(), bs.data());
    EXPECT_EQ(nans(got.values()), y_nans);
  });
  for_each_variant<typename Op::DataGradient>(p, [&](auto launch) {
    GuardedStored<T> got(dx_nans.size());
    launch(got.data(), dys.data(), ws.data(), static_cast<const T*>(nullptr));
    EXPECT_EQ(nans(got.values()), dx_nans);
  });
  for_each_variant<typename Op::FilterGradient>(p, [&](auto launch) {
    GuardedArray<float> got(dw.value.size()), got_b(db.value.size());
    launch(got.data(), got_b.data(), finite_xs.data(), dys.data());
    EXPECT_EQ(nans(got.values()), nans(dw.value));
    EXPECT_EQ(nans(got_b.values()), nans(db.value));
  });
}

/// A grid has at most 65535 blocks in its second and third dimension.
TEST(Convolutions, OnTensorCoresFitAGrid) {
  const Conv2d fits{.k = 32 * 65535}, many_filters{.k = 32 * 65535 + 1}, many_channels{.c = 32 * 65535 + 1};
  const Conv2d in_groups{.c = 2, .k = 64 * 65535, .groups = 2}, many_groups{.c = 32769, .k = 32769, .groups = 32769};
  for (const Registry* registry : tested_registries())
    for (const auto& row : registry->variants<Conv2dForward<float>>()) {
      if (row.name != "tensor") continue;
      EXPECT_TRUE(row.supports(fits));
      EXPECT_TRUE(row.supports(in_groups));
      EXPECT_FALSE(row.supports(many_filters));
      EXPECT_FALSE(row.supports(many_channels));
      EXPECT_FALSE(row.supports(many_groups));
    }
}

}  // namespace
}  // namespace gs::test
