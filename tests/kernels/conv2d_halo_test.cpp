// conv2d_halo_test.cpp - the halo variants of the convolution, which only take 3x3 windows: every tile of their three
// passes against the references in fp64. Small images give each tile enough blocks; the other variants, which need no
// such problems, are left out because they are slow to simulate. products_test.cpp has all variants.
#include <algorithm>
#include <bit>

#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Tiles reach over the right and lower edge of the images, and over the last filters and channels. By outputs of a
/// block and of a warp in the forward pass, data gradient:
const std::vector<Conv2d> halo_problems = {
    {.n = 2, .h = 9, .w = 19, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1},    // 8, 8; 8, 8: few pixels
    {.n = 67, .h = 2, .w = 3, .c = 8, .k = 24, .r = 3, .s = 3, .pad = 1},    // 32, 8; 8, 8
    {.n = 34, .h = 5, .w = 3, .c = 40, .k = 16, .r = 3, .s = 3, .pad = 1},   // 16, 8; 32, 8: many chunks
    {.n = 58, .h = 17, .w = 2, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1},   // 16, 16; 8, 8: several tiles per slice
    {.n = 58, .h = 9, .w = 2, .c = 24, .k = 24, .r = 3, .s = 3, .pad = 1},   // 32, 16; 32, 16
    {.n = 58, .h = 2, .w = 17, .c = 32, .k = 8, .r = 3, .s = 3, .pad = 1},   // 8, 8; 32, 32
    {.n = 40, .h = 2, .w = 17, .c = 32, .k = 64, .r = 3, .s = 3, .pad = 1},  // 32, 32; 16, 16: wide tiles of filters
};

/// Calls body(launch, arithmetic) for the op's halo variant on each target that has one.
template <class Op>
auto each_halo(const Conv2d& d) {
  return [&d](const auto& body) {
    int found = 0;
    for (const Registry* registry : tested_registries())
      for (const Variant<Op>& row : registry->variants<Op>()) {
        if (row.name != "halo") continue;
        ++found;
        EXPECT_TRUE(row.supports(d));
        TestWorkspace workspace(row, d);
        const auto launch = [&](auto... arguments) { row.launch(arguments..., d, workspace.data(), tested_stream()); };
        body(launch, row.arithmetic);
        EXPECT_TRUE(workspace.intact()) << "the workspace";
      }
    EXPECT_EQ(found, 1);
  };
}

template <class T>
class HaloConvolution : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(HaloConvolution, StorageTypes);

/// Each pass once: product_checks.h, which also repeats them, is for the problems of all variants.
TYPED_TEST(HaloConvolution, IsTheReference) {
  using T = TypeParam;
  using Op = ConvolutionOf<T>;
  bool masked = false;
  for (Conv2d d : halo_problems) {
    d.relu = masked = !masked;
    SCOPED_TRACE(Op::describe(d));
    const auto x = as_stored<T>(random_values(d.x_size(), 1)), w = as_stored<T>(random_values(d.w_size(), 2)),
               b = as_stored<T>(random_values(d.k, 3)), dy = as_stored<T>(random_values(d.y_size(), 4));
    Stored<T> xs(x), ws(w), bs(b), dys(dy);
    const auto agrees = [](const auto& got, const ref::Sums& want, std::int64_t terms, Arithmetic arithmetic) {
      EXPECT_TRUE(agree(got.values(), want.value, stored_bounds<T>(want.value, bounds(want, terms, arithmetic))));
      EXPECT_TRUE(got.intact());
    };
    const ref::Sums y = Op::forward(d, x.data(), w.data(), b.data());
    each_halo<Conv2dForward<T>>(d)([&](auto launch, Arithmetic arithmetic) {
      GuardedStored<T> got(y.value.size());
      launch(got.data(), xs.data(), ws.data(), bs.data());
      agrees(got, y, Op::forward_terms(d), arithmetic);
    });
    const ref::Sums dx = Op::data_gradient(d, dy.data(), w.data(), masked ? x.data() : nullptr);
    each_halo<Conv2dDataGradient<T>>(d)([&](auto launch, Arithmetic arithmetic) {
      GuardedStored<T> got(dx.value.size());
      launch(got.data(), dys.data(), ws.data(), masked ? static_cast<const T*>(xs.data()) : nullptr);
      agrees(got, dx, Op::data_gradient_terms(d), arithmetic);
    });
    ref::Sums dw(d.w_size()), db(d.k);
    Op::filter_gradient(d, x.data(), dy.data(), dw, db);
    each_halo<Conv2dFilterGradient<T>>(d)([&](auto launch, Arithmetic arithmetic) {
      GuardedArray<float> got(dw.value.size()), got_b(db.value.size());
      launch(got.data(), got_b.data(), xs.data(), dys.data());
      const std::int64_t terms = Op::filter_gradient_terms(d);
      EXPECT_TRUE(agree(got.values(), dw.value, bounds(dw, terms, arithmetic)));
      EXPECT_TRUE(agree(got_b.values(), db.value, bounds(db, terms)));
      EXPECT_TRUE(got.intact());
      EXPECT_TRUE(got_b.intact());
    });
    if (this->HasFailure()) return;
  }
}

/// One product per sum, of factors that are ties and go away from zero. Weights are rounded in another place if a warp
/// has more than 8 outputs.
TEST(HaloConvolutions, RoundFactorsToTf32AndNothingElse) {
  const float a = 1 + 0x1p-11f, product = (1 + 0x1p-10f) * (1 + 0x1p-10f), bias = 0x1p-20f;
  for (const std::size_t i : {0, 3, 5}) {
    const Conv2d& d = halo_problems[i];
    SCOPED_TRACE(Convolution::describe(d));
    std::vector<float> one_x(std::size_t(d.x_size())), one_dy(std::size_t(d.y_size()));
    one_x[std::size_t((d.w + 1) * d.c)] = one_dy[std::size_t((d.w + 1) * d.k)] = a;  // pixel (1, 1)
    const auto rows_and_columns = std::min(d.h, 3) * std::min(d.w, 3);
    DeviceArray<float> x(one_x), dy(one_dy), w(std::vector<float>(std::size_t(d.w_size()), a)),
        xs(std::vector<float>(one_x.size(), a)), biases(std::vector<float>(std::size_t(d.k), bias));
    const auto count = [](const auto& got, float value) {
      const auto values = got.values();
      return std::count(values.begin(), values.end(), value);
    };
    each_halo<Conv2dForward<float>>(d)([&](auto launch, Arithmetic) {
      GuardedArray<float> y(one_dy.size());
      launch(y.data(), x.data(), w.data(), biases.data());
      EXPECT_EQ(count(y, product + bias), rows_and_columns * d.k);
      EXPECT_EQ(count(y, bias), d.y_size() - rows_and_columns * d.k);
    });
    each_halo<Conv2dDataGradient<float>>(d)([&](auto launch, Arithmetic) {
      GuardedArray<float> dx(one_x.size());
      launch(dx.data(), dy.data(), w.data(), static_cast<const float*>(nullptr));
      EXPECT_EQ(count(dx, product), rows_and_columns * d.c);
    });
    each_halo<Conv2dFilterGradient<float>>(d)([&](auto launch, Arithmetic) {
      GuardedArray<float> dw(std::size_t(d.w_size())), db(std::size_t(d.k));
      launch(dw.data(), db.data(), xs.data(), dy.data());
      EXPECT_EQ(count(dw, product), rows_and_columns * d.c);
      EXPECT_EQ(count(db, a), 1) << "the bias gradient is a sum of what is there";
    });
  }
}

template <class Values>
std::ptrdiff_t nans_in(const Values& values) {
  return std::count_if(values.begin(), values.end(), [](auto v) { return std::isnan(v); });
}

/// Rounding to tf32 and sums keep NaN, also one whose bits are all set, and spread it no further.
TYPED_TEST(HaloConvolution, KeepsNaNWhereItBelongs) {
  using T = TypeParam;
  const Conv2d d{.n = 1, .h = 9, .w = 18, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
  std::vector<float> values(std::size_t(d.x_size()), 1.0f);
  const std::vector<float> ones(values.size(), 1.0f), weights(std::size_t(d.w_size()), 1.0f), bias(8, 0.0f);
  values[std::size_t((4 * d.w + 16) * d.c + 3)] = std::bit_cast<float>(0xffffffffu);
  Stored<T> with_nan(values), all_ones(ones), w(weights), b(bias);
  each_halo<Conv2dForward<T>>(d)([&](auto launch, Arithmetic) {
    GuardedStored<T> y(ones.size());
    launch(y.data(), with_nan.data(), w.data(), b.data());
    EXPECT_EQ(nans_in(y.values()), 9 * d.k);
  });
  each_halo<Conv2dDataGradient<T>>(d)([&](auto launch, Arithmetic) {
    GuardedStored<T> dx(ones.size());
    launch(dx.data(), with_nan.data(), w.data(), static_cast<const T*>(nullptr));
    EXPECT_EQ(nans_in(dx.values()), 9 * d.c);
  });
  each_halo<Conv2dFilterGradient<T>>(d)([&](auto launch, Arithmetic) {
    GuardedArray<float> dw(weights.size()), db(bias.size());
    launch(dw.data(), db.data(), all_ones.data(), with_nan.data());
    EXPECT_EQ(nans_in(dw.values()), 9 * d.c);
    EXPECT_EQ(nans_in(db.values()), 1);
  });
}

TEST(HaloConvolutions, AreOf3x3WindowsAndChannelsInEights) {
  const Conv2d fits = halo_problems[0];
  const auto without = [&](auto change) {
    Conv2d d = fits;
    change(d);
    return d;
  };
  const std::vector<Conv2d> refused = {without([](Conv2d& d) { d.r = 1, d.s = 1, d.pad = 0; }),
                                       without([](Conv2d& d) { d.s = 5; }),
                                       without([](Conv2d& d) { d.stride = 2; }),
                                       without([](Conv2d& d) { d.pad = 0; }),
                                       without([](Conv2d& d) { d.c = 12; }),
                                       without([](Conv2d& d) { d.k = 12; }),
                                       without([](Conv2d& d) { d.c = 16, d.groups = 2; }),
                                       without([](Conv2d& d) { d.k = 16 * 65536; })};
  const auto check = [&](const auto& rows) {
    for (const auto& row : rows) {
      if (row.name != "halo") continue;
      EXPECT_TRUE(row.supports(fits));
      for (const Conv2d& d : refused) EXPECT_FALSE(row.supports(d)) << Convolution::describe(d);
    }
  };
  for (const Registry* registry : tested_registries()) {
    check(registry->variants<Conv2dForward<float>>());
    check(registry->variants<Conv2dDataGradient<bf16>>());
    check(registry->variants<Conv2dFilterGradient<float>>());
  }
}

}  // namespace
}  // namespace gs::test
