// bf16_products_test.cpp - convolution and dense layers stored in bf16: every technique of their six ops against the
// references in fp64, which read what the kernels read. Products of bf16 are exact and sums fp32; what is written as
// bf16 is rounded once.
#include "tests/support/compare.h"
#include "tests/support/products.h"
#include "tests/support/stored_values.h"
#include "tests/support/techniques.h"

namespace gs::test {
namespace {

struct StoredConvolution : Convolution {
  using Forward = Conv2dForwardOf<bf16>;
  using DataGradient = Conv2dDataGradientOf<bf16>;
  using FilterGradient = Conv2dFilterGradientOf<bf16>;
  static constexpr auto forward_room = &StorageRooms<bf16>::conv2d_forward;
  static constexpr auto data_gradient_room = &StorageRooms<bf16>::conv2d_data_gradient;
  static constexpr auto filter_gradient_room = &StorageRooms<bf16>::conv2d_filter_gradient;
};
struct StoredFullyConnected : FullyConnected {
  using Forward = DenseForwardOf<bf16>;
  using DataGradient = DenseDataGradientOf<bf16>;
  using FilterGradient = DenseFilterGradientOf<bf16>;
  static constexpr auto forward_room = &StorageRooms<bf16>::dense_forward;
  static constexpr auto data_gradient_room = &StorageRooms<bf16>::dense_data_gradient;
  static constexpr auto filter_gradient_room = &StorageRooms<bf16>::dense_filter_gradient;
};

template <class Op>
class StoredProducts : public testing::Test {};
using Layers = testing::Types<StoredConvolution, StoredFullyConnected>;
TYPED_TEST_SUITE(StoredProducts, Layers);

/// The problem's inputs as the kernels and the references see them.
template <class Op>
struct Inputs {
  std::vector<bf16> x, w, b, dy, mask;
  std::vector<float> wide_x, wide_w, wide_b, wide_dy, wide_mask;

  template <class Draw>
  Inputs(const typename Op::Problem& p, const Draw& draw)
      : x(stored<bf16>(draw(Op::x_size(p), 1))),
        w(stored<bf16>(draw(Op::w_size(p), 2))),
        b(stored<bf16>(draw(Op::outputs(p), 3))),
        dy(stored<bf16>(draw(Op::y_size(p), 4))),
        mask(stored<bf16>(draw(Op::x_size(p), 5))),
        wide_x(widened_values(x)),
        wide_w(widened_values(w)),
        wide_b(widened_values(b)),
        wide_dy(widened_values(dy)),
        wide_mask(widened_values(mask)) {}
};

std::vector<float> uniform(std::int64_t n, std::uint64_t seed) {
  return random_values(n, seed);
}

/// Sums as tensor cores or plain loops make them, then rounded to what is written.
template <class T>
std::vector<double> stored_bounds(const ref::Sums& sums, std::int64_t terms) {
  constexpr double eps = std::numeric_limits<float>::epsilon();
  std::vector<double> result = bounds(sums, terms);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += double(terms) * eps * sums.magnitude[i];
    result[i] += rounding_of<T>(std::abs(sums.value[i]) + result[i]);
  }
  return result;
}

/// Integers of up to 2^24 are exact sums; in bf16 the nearest value is right and nothing else.
std::vector<double> as_bf16(const std::vector<double>& values) {
  return widen(widened_values(stored<bf16>(std::vector<float>(values.begin(), values.end()))));
}

/// Does a target with techniques have one for the problem? Grouped convolutions may have none.
template <class Op>
bool has_technique(Room<Op> StorageRooms<bf16>::*room, const typename Op::Problem& p) {
  for (const Rooms* rooms : tested_rooms())
    for (const auto& row : rooms->bf16.*room)
      if (row.supports(p)) return true;
  return false;
}

template <class Op>
void check_forward(const typename Op::Problem& p, const Inputs<Op>& in, bool exact) {
  const ref::Sums want = Op::forward(p, in.wide_x.data(), in.wide_w.data(), in.wide_b.data());
  for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
    DeviceArray<bf16> x(in.x), w(in.w), b(in.b);
    GuardedArray<bf16> y(want.value.size()), again(want.value.size());
    launch(y.data(), x.data(), w.data(), b.data());
    const auto got = widened_values(y.values());
    if (exact)
      EXPECT_TRUE(agree(got, as_bf16(want.value), 0.0));
    else
      EXPECT_TRUE(agree(got, want.value, stored_bounds<bf16>(want, Op::forward_terms(p))));
    EXPECT_TRUE(y.intact());
    launch(again.data(), x.data(), w.data(), b.data());
    EXPECT_EQ(got, widened_values(again.values())) << "the same inputs gave other bits";
  });
}

template <class Op>
void check_data_gradient(const typename Op::Problem& p, const Inputs<Op>& in, bool masked, bool exact) {
  const ref::Sums want =
      Op::data_gradient(p, in.wide_dy.data(), in.wide_w.data(), masked ? in.wide_mask.data() : nullptr);
  for_each_technique<typename Op::DataGradient>(Op::data_gradient_room, p, [&](auto launch) {
    DeviceArray<bf16> dy(in.dy), w(in.w), mask(in.mask);
    GuardedArray<bf16> dx(want.value.size());
    const bf16* relu_output = masked ? mask.data() : nullptr;
    launch(dx.data(), dy.data(), w.data(), relu_output);
    if (exact)
      EXPECT_TRUE(agree(widened_values(dx.values()), as_bf16(want.value), 0.0));
    else
      EXPECT_TRUE(
          agree(widened_values(dx.values()), want.value, stored_bounds<bf16>(want, Op::data_gradient_terms(p))));
    EXPECT_TRUE(dx.intact());
  });
}

template <class Op>
void check_filter_gradient(const typename Op::Problem& p, const Inputs<Op>& in, bool exact) {
  ref::Sums want_dw(Op::w_size(p)), want_db(Op::outputs(p));
  Op::filter_gradient(p, in.wide_x.data(), in.wide_dy.data(), want_dw, want_db);
  const std::int64_t terms = Op::filter_gradient_terms(p);
  for_each_technique<typename Op::FilterGradient>(Op::filter_gradient_room, p, [&](auto launch) {
    DeviceArray<bf16> x(in.x), dy(in.dy);
    GuardedArray<float> dw(want_dw.value.size()), db(want_db.value.size()), dw2(dw.size()), db2(db.size());
    launch(dw.data(), db.data(), x.data(), dy.data());
    if (exact) {
      EXPECT_TRUE(agree(dw.values(), want_dw.value, 0.0));
      EXPECT_TRUE(agree(db.values(), want_db.value, 0.0));
    } else {
      EXPECT_TRUE(agree(dw.values(), want_dw.value, stored_bounds<float>(want_dw, terms)));
      EXPECT_TRUE(agree(db.values(), want_db.value, stored_bounds<float>(want_db, terms)));
    }
    EXPECT_TRUE(dw.intact());
    EXPECT_TRUE(db.intact());
    launch(dw2.data(), db2.data(), x.data(), dy.data());
    EXPECT_EQ(dw.values(), dw2.values()) << "the same inputs gave other bits";
    EXPECT_EQ(db.values(), db2.values());
  });
}

TYPED_TEST(StoredProducts, AgainstTheReference) {
  using Op = TypeParam;
  for (auto p : Op::problems()) {
    if (!has_technique<typename Op::Forward>(Op::forward_room, p)) continue;
    const Inputs<Op> in(p, uniform);
    SCOPED_TRACE(Op::describe(p));
    for (const bool on : {false, true}) {
      p.relu = on;
      check_forward<Op>(p, in, false);
      check_data_gradient<Op>(p, in, on, false);
    }
    check_filter_gradient<Op>(p, in, false);
    if (this->HasFailure()) return;
  }
}

// Small integers are exact in bf16, and so are their products and sums: no bound hides a missing term.
TYPED_TEST(StoredProducts, IntegersAreExact) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    if (!has_technique<typename Op::Forward>(Op::forward_room, p)) continue;
    const Inputs<Op> in(p, integers);
    SCOPED_TRACE(Op::describe(p));
    check_forward<Op>(p, in, true);
    check_data_gradient<Op>(p, in, true, true);
    check_filter_gradient<Op>(p, in, true);
    if (this->HasFailure()) return;
  }
}

TYPED_TEST(StoredProducts, NaNSurvives) {
  using Op = TypeParam;
  auto p = Op::problems()[2];
  p.relu = true;
  Inputs<Op> in(p, uniform);
  in.x[in.x.size() / 2] = {0xffff};
  in.wide_x = widened_values(in.x);
  const ref::Sums want = Op::forward(p, in.wide_x.data(), in.wide_w.data(), in.wide_b.data());
  const auto is_nan = [](auto v) { return std::isnan(v); };
  const auto nans = std::count_if(want.value.begin(), want.value.end(), is_nan);
  ASSERT_GT(nans, 0);
  for_each_technique<typename Op::Forward>(Op::forward_room, p, [&](auto launch) {
    DeviceArray<bf16> x(in.x), w(in.w), b(in.b);
    GuardedArray<bf16> y(want.value.size());
    launch(y.data(), x.data(), w.data(), b.data());
    const auto values = widened_values(y.values());
    EXPECT_EQ(std::count_if(values.begin(), values.end(), is_nan), nans);
  });
}

}  // namespace
}  // namespace gs::test
