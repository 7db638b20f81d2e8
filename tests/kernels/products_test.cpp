// products_test.cpp - convolution and dense layers: every technique of their six ops against the references in fp64.
// Both are a product with weights and a bias, so one set of tests serves both.
#include "kernels/conv2d/conv2d_ref.h"
#include "kernels/dense/dense_ref.h"
#include "tests/support/compare.h"
#include "tests/support/gradient_check.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

struct Convolution {
  using Problem = Conv2d;
  using Forward = Conv2dForward;
  using DataGradient = Conv2dDataGradient;
  using FilterGradient = Conv2dFilterGradient;
  static constexpr auto forward_room = &Rooms::conv2d_forward;
  static constexpr auto data_gradient_room = &Rooms::conv2d_data_gradient;
  static constexpr auto filter_gradient_room = &Rooms::conv2d_filter_gradient;

  static std::vector<Conv2d> problems() {
    return {
        {.n = 1, .h = 1, .w = 1, .c = 1, .k = 1, .r = 1, .s = 1},
        {.n = 2, .h = 5, .w = 7, .c = 1, .k = 8, .r = 3, .s = 3, .pad = 1},
        {.n = 3, .h = 9, .w = 11, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1},
        {.n = 2, .h = 6, .w = 19, .c = 5, .k = 33, .r = 3, .s = 3, .pad = 1},
        {.n = 1, .h = 8, .w = 8, .c = 16, .k = 32, .r = 3, .s = 3, .pad = 1},
        {.n = 2, .h = 9, .w = 8, .c = 2, .k = 17, .r = 5, .s = 5, .pad = 2},
        {.n = 2, .h = 8, .w = 7, .c = 3, .k = 4, .r = 3, .s = 3, .stride = 2, .pad = 1},
        {.n = 1, .h = 23, .w = 23, .c = 3, .k = 5, .r = 11, .s = 11, .stride = 4},
        {.n = 1, .h = 2, .w = 2, .c = 1, .k = 2, .r = 5, .s = 5, .pad = 2},  // the window is larger than the image
        {.n = 1, .h = 10, .w = 9, .c = 65, .k = 70, .r = 1, .s = 1},         // more than one tile each way
        {.n = 2, .h = 7, .w = 7, .c = 2, .k = 3, .r = 2, .s = 2},            // an even window, no padding
    };
  }
  static std::int64_t x_size(const Conv2d& d) { return d.x_size(); }
  static std::int64_t y_size(const Conv2d& d) { return d.y_size(); }
  static std::int64_t w_size(const Conv2d& d) { return d.w_size(); }
  static std::int64_t outputs(const Conv2d& d) { return d.k; }
  static std::int64_t forward_terms(const Conv2d& d) { return d.w_size() / d.k + 1; }
  static std::int64_t data_gradient_terms(const Conv2d& d) { return d.w_size() / d.c; }
  static std::int64_t filter_gradient_terms(const Conv2d& d) { return d.y_size() / d.k; }
  static std::string describe(const Conv2d& d) {
    return std::to_string(d.n) + "x" + std::to_string(d.h) + "x" + std::to_string(d.w) + "x" + std::to_string(d.c) +
           " -> " + std::to_string(d.k) + ", window " + std::to_string(d.r) + ", stride " + std::to_string(d.stride) +
           ", padding " + std::to_string(d.pad) + (d.relu ? ", ReLU" : "");
  }
  template <class T>
  static ref::Sums forward(const Conv2d& d, const T* x, const T* w, const T* b) {
    return ref::conv2d_forward(d, x, w, b);
  }
  template <class T>
  static ref::Sums data_gradient(const Conv2d& d, const T* dy, const T* w, const T* relu_output) {
    return ref::conv2d_data_gradient(d, dy, w, relu_output);
  }
  template <class T>
  static void filter_gradient(const Conv2d& d, const T* x, const T* dy, ref::Sums& dw, ref::Sums& db) {
    ref::conv2d_filter_gradient(d, x, dy, dw, db);
  }
};

struct FullyConnected {
  using Problem = Dense;
  using Forward = DenseForward;
  using DataGradient = DenseDataGradient;
  using FilterGradient = DenseFilterGradient;
  static constexpr auto forward_room = &Rooms::dense_forward;
  static constexpr auto data_gradient_room = &Rooms::dense_data_gradient;
  static constexpr auto filter_gradient_room = &Rooms::dense_filter_gradient;

  static std::vector<Dense> problems() {
    return {{.n = 1, .in = 1, .out = 1},   {.n = 3, .in = 5, .out = 7},    {.n = 8, .in = 64, .out = 1},
            {.n = 2, .in = 17, .out = 10}, {.n = 9, .in = 33, .out = 6},   {.n = 16, .in = 130, .out = 65},
            {.n = 70, .in = 3, .out = 2},  {.n = 8, .in = 2100, .out = 9}, {.n = 7, .in = 1025, .out = 3}};
  }
  static std::int64_t x_size(const Dense& d) { return std::int64_t(d.n) * d.in; }
  static std::int64_t y_size(const Dense& d) { return std::int64_t(d.n) * d.out; }
  static std::int64_t w_size(const Dense& d) { return std::int64_t(d.in) * d.out; }
  static std::int64_t outputs(const Dense& d) { return d.out; }
  static std::int64_t forward_terms(const Dense& d) { return d.in + 1; }
  static std::int64_t data_gradient_terms(const Dense& d) { return d.out; }
  static std::int64_t filter_gradient_terms(const Dense& d) { return d.n; }
  static std::string describe(const Dense& d) {
    return std::to_string(d.n) + " x " + std::to_string(d.in) + " -> " + std::to_string(d.out) +
           (d.relu ? ", ReLU" : "");
  }
  template <class T>
  static ref::Sums forward(const Dense& d, const T* x, const T* w, const T* b) {
    return ref::dense_forward(d, x, w, b);
  }
  template <class T>
  static ref::Sums data_gradient(const Dense& d, const T* dy, const T* w, const T* relu_output) {
    return ref::dense_data_gradient(d, dy, w, relu_output);
  }
  template <class T>
  static void filter_gradient(const Dense& d, const T* x, const T* dy, ref::Sums& dw, ref::Sums& db) {
    ref::dense_filter_gradient(d, x, dy, dw, db);
  }
};

std::vector<double> bounds(const ref::Sums& sums, std::int64_t terms) {
  std::vector<double> result;
  for (std::size_t i = 0; i < sums.value.size(); ++i)
    result.push_back(bound(sums.value[i], sums.magnitude[i], terms) + 1e-30);
  return result;
}

template <class Op>
class Products : public testing::Test {};
struct Names {
  template <class Op>
  static std::string GetName(int) {
    return std::is_same_v<Op, Convolution> ? "Conv2d" : "Dense";
  }
};
using Layers = testing::Types<Convolution, FullyConnected>;
TYPED_TEST_SUITE(Products, Layers, Names);

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
