// products_test.cpp - convolution and dense layers: every technique of their six ops against the references in fp64.
// Both are a product with weights and a bias, so one set of tests serves both.
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/product_checks.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

template <class Op>
class Products : public testing::Test {};
using Layers = testing::Types<Convolution, FullyConnected, ConvolutionOf<bf16>, FullyConnectedOf<bf16>>;
TYPED_TEST_SUITE(Products, Layers);

TYPED_TEST(Products, ReferencesAreGradients) {
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

/// All techniques of a room, as product_checks.h goes through them.
template <class Op, class T>
auto each_technique(Room<Op> StorageRooms<T>::*room, const typename Op::Problem& p) {
  return [room, &p](const auto& body) {
    for_each_technique<Op>(room, p,
                           [&](auto launch, Arithmetic arithmetic) { body(TestedArrays<T>{arithmetic}, launch); });
  };
}

TYPED_TEST(Products, ForwardAgainstTheReference) {
  using Op = TypeParam;
  for (auto p : Op::problems())
    for (const bool relu : {false, true}) {
      p.relu = relu;
      SCOPED_TRACE(Op::describe(p));
      check_forward<Op>(p, each_technique<typename Op::Forward>(Op::forward_room, p));
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, DataGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems())
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(Op::describe(p) + (masked ? ", behind a ReLU" : ""));
      check_data_gradient<Op>(p, masked, each_technique<typename Op::DataGradient>(Op::data_gradient_room, p));
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, FilterGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    check_filter_gradient<Op>(p, each_technique<typename Op::FilterGradient>(Op::filter_gradient_room, p));
    if (this->HasFailure()) return;
  }
}

// Small integers are exact in tf32 and bf16 as in fp32, and so are their products and sums in fp32: no bound hides a
// missing term. What is stored as bf16 is the rounded sum.
TYPED_TEST(Products, IntegersAreExact) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  const auto stored = [](const ref::Sums& sums) { return widen(as_stored<T>({sums.value.begin(), sums.value.end()})); };
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    const auto x = integers(Op::x_size(p), 1), w = integers(Op::w_size(p), 2), b = integers(Op::outputs(p), 3),
               dy = integers(Op::y_size(p), 4);
    const ref::Sums y = Op::forward(p, x.data(), w.data(), b.data());
    const ref::Sums dx = Op::template data_gradient<float>(p, dy.data(), w.data(), nullptr);
    ref::Sums dw(Op::w_size(p)), db(Op::outputs(p));
    Op::filter_gradient(p, x.data(), dy.data(), dw, db);
    Stored<T> xs(x), ws(w), bs(b), dys(dy);
    for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
      GuardedStored<T> got(y.value.size());
      launch(got.data(), xs.data(), ws.data(), bs.data());
      EXPECT_TRUE(agree(got.values(), stored(y), 0.0));
    });
    for_each_technique<typename Op::DataGradient>(Op::data_gradient_room, p, [&](auto launch) {
      GuardedStored<T> got(dx.value.size());
      launch(got.data(), dys.data(), ws.data(), static_cast<const T*>(nullptr));
      EXPECT_TRUE(agree(got.values(), stored(dx), 0.0));
    });
    for_each_technique<typename Op::FilterGradient>(Op::filter_gradient_room, p, [&](auto launch) {
      GuardedArray<float> got(dw.value.size()), got_b(db.value.size());
      launch(got.data(), got_b.data(), xs.data(), dys.data());
      EXPECT_TRUE(agree(got.values(), dw.value, 0.0));
      EXPECT_TRUE(agree(got_b.values(), db.value, 0.0));
    });
    if (this->HasFailure()) return;
  }
}

/// A ReLU's output that is NaN lets the gradient pass, scaled; the sum below it is NaN as well.
TYPED_TEST(Products, NaNInTheMaskLetsTheGradientPass) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  const auto p = Op::problems().back();
  const auto dy = random_values(Op::y_size(p), 1), w = random_values(Op::w_size(p), 2);
  auto mask = random_values(Op::x_size(p), 3);
  mask[mask.size() / 2] = NAN;
  for_each_technique<typename Op::DataGradient>(Op::data_gradient_room, p, [&](auto launch) {
    Stored<T> dys(dy), ws(w), masks(mask);
    GuardedStored<T> dx(mask.size());
    launch(dx.data(), dys.data(), ws.data(), static_cast<const T*>(masks.data()));
    EXPECT_NE(dx.values()[mask.size() / 2], 0.0f);
  });
}

/// By hand, one product: 1 + 2^-12 becomes 1, the tie 1 + 2^-11 goes away from zero to 1 + 2^-10; sums are fp32.
TYPED_TEST(Products, Tf32RoundsTheFactorsAndNothingElse) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  const auto p = Op::problems()[0];
  ASSERT_EQ(Op::x_size(p) * Op::w_size(p) * Op::y_size(p), 1);
  Stored<T> x({1 + 0x1p-12f}), w({1 + 0x1p-11f}), bias({0x1p-20f});
  for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    GuardedStored<T> y(1);
    launch(y.data(), x.data(), w.data(), bias.data());
    EXPECT_EQ(y.values()[0], 1 + 0x1p-10f + 0x1p-20f);
  });
  for_each_technique<typename Op::DataGradient>(Op::data_gradient_room, p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    GuardedStored<T> dx(1);
    launch(dx.data(), x.data(), w.data(), static_cast<const T*>(nullptr));
    EXPECT_EQ(dx.values()[0], 1 + 0x1p-10f);
  });
  for_each_technique<typename Op::FilterGradient>(Op::filter_gradient_room, p, [&](auto launch, Arithmetic arithmetic) {
    if (arithmetic != Arithmetic::tf32) return;
    GuardedArray<float> dw(1), db(1);
    launch(dw.data(), db.data(), x.data(), w.data());
    EXPECT_EQ(dw.values()[0], 1 + 0x1p-10f);
    EXPECT_EQ(db.values()[0], 1 + 0x1p-11f) << "the bias gradient is a sum of what is there";
  });
}

TYPED_TEST(Products, NaNSurvives) {
  using Op = TypeParam;
  using T = typename Op::Stored;
  auto p = Op::problems()[2];
  p.relu = true;
  auto x = random_values(Op::x_size(p), 1);
  x[x.size() / 2] = NAN;
  const auto w = random_values(Op::w_size(p), 2), b = random_values(Op::outputs(p), 3);
  const ref::Sums want = Op::forward(p, x.data(), w.data(), b.data());
  const auto nans = std::count_if(want.value.begin(), want.value.end(), [](double v) { return std::isnan(v); });
  ASSERT_GT(nans, 0);
  for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
    Stored<T> xs(x), ws(w), bs(b);
    GuardedStored<T> y(want.value.size());
    launch(y.data(), xs.data(), ws.data(), bs.data());
    const auto values = y.values();
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](float v) { return std::isnan(v); }), nans);
  });
}

}  // namespace
}  // namespace gs::test
