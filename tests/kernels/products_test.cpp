// products_test.cpp - convolution and dense layers: every technique of their six ops against the references in fp64.
// Both are a product with weights and a bias, so one set of tests serves both.
#include "tests/support/products.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

template <class Op>
class Products : public testing::Test {};
using Layers = testing::Types<Convolution, FullyConnected>;
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

TYPED_TEST(Products, ForwardAgainstTheReference) {
  using Op = TypeParam;
  for (auto p : Op::problems())
    for (const bool relu : {false, true}) {
      p.relu = relu;
      SCOPED_TRACE(Op::describe(p));
      const auto x = random_values(Op::x_size(p), 1), w = random_values(Op::w_size(p), 2),
                 b = random_values(Op::outputs(p), 3);
      const ref::Sums want = Op::forward(p, x.data(), w.data(), b.data());
      for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
        DeviceArray<float> xs(x), ws(w), bs(b);
        GuardedArray<float> y(want.value.size()), again(want.value.size());
        launch(y.data(), xs.data(), ws.data(), bs.data());
        EXPECT_TRUE(agree(y.values(), want.value, bounds(want, Op::forward_terms(p))));
        EXPECT_TRUE(y.intact());
        launch(again.data(), xs.data(), ws.data(), bs.data());
        EXPECT_EQ(y.values(), again.values()) << "the same inputs gave other bits";
      });
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, DataGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems())
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(Op::describe(p) + (masked ? ", behind a ReLU" : ""));
      const auto dy = random_values(Op::y_size(p), 1), w = random_values(Op::w_size(p), 2);
      const auto relu_output = random_values(Op::x_size(p), 3);
      const ref::Sums want = Op::data_gradient(p, dy.data(), w.data(), masked ? relu_output.data() : nullptr);
      for_each_technique<typename Op::DataGradient>(Op::data_gradient_room, p, [&](auto launch) {
        DeviceArray<float> dys(dy), ws(w), mask(relu_output);
        GuardedArray<float> dx(want.value.size());
        launch(dx.data(), dys.data(), ws.data(), masked ? mask.data() : nullptr);
        EXPECT_TRUE(agree(dx.values(), want.value, bounds(want, Op::data_gradient_terms(p))));
        EXPECT_TRUE(dx.intact());
      });
      if (this->HasFailure()) return;
    }
}

TYPED_TEST(Products, FilterGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    const auto x = random_values(Op::x_size(p), 1), dy = random_values(Op::y_size(p), 2);
    ref::Sums want_dw(Op::w_size(p)), want_db(Op::outputs(p));
    Op::filter_gradient(p, x.data(), dy.data(), want_dw, want_db);
    const std::int64_t terms = Op::filter_gradient_terms(p);
    for_each_technique<typename Op::FilterGradient>(Op::filter_gradient_room, p, [&](auto launch) {
      DeviceArray<float> xs(x), dys(dy);
      GuardedArray<float> dw(want_dw.value.size()), db(want_db.value.size()), dw2(dw.size()), db2(db.size());
      launch(dw.data(), db.data(), xs.data(), dys.data());
      EXPECT_TRUE(agree(dw.values(), want_dw.value, bounds(want_dw, terms)));
      EXPECT_TRUE(agree(db.values(), want_db.value, bounds(want_db, terms)));
      EXPECT_TRUE(dw.intact());
      EXPECT_TRUE(db.intact());
      launch(dw2.data(), db2.data(), xs.data(), dys.data());
      EXPECT_EQ(dw.values(), dw2.values()) << "the same inputs gave other bits";
      EXPECT_EQ(db.values(), db2.values());
    });
    if (this->HasFailure()) return;
  }
}

TYPED_TEST(Products, NaNSurvives) {
  using Op = TypeParam;
  auto p = Op::problems()[2];
  p.relu = true;
  auto x = random_values(Op::x_size(p), 1);
  x[x.size() / 2] = NAN;
  const auto w = random_values(Op::w_size(p), 2), b = random_values(Op::outputs(p), 3);
  const ref::Sums want = Op::forward(p, x.data(), w.data(), b.data());
  const auto nans = std::count_if(want.value.begin(), want.value.end(), [](double v) { return std::isnan(v); });
  ASSERT_GT(nans, 0);
  for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
    DeviceArray<float> xs(x), ws(w), bs(b);
    GuardedArray<float> y(want.value.size());
    launch(y.data(), xs.data(), ws.data(), bs.data());
    const auto values = y.values();
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](float v) { return std::isnan(v); }), nans);
  });
}

}  // namespace
}  // namespace gs::test
