// conv2d_winograd_test.cpp - the convolution by minimal filtering: edges of its tiles, its error bound, and that it is
// no default. products_test.cpp has all variants.
#include <type_traits>

#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// Channels that fill no register, every padding, a padded image of one tile. In the forward pass and the data gradient
/// more tiles than a step has, and steps that end within a row; in the filter gradient, whose slices have few tiles,
/// both in the last problem only.
const std::vector<Conv2d> winograd_problems = {
    {.n = 1, .h = 6, .w = 54, .c = 9, .k = 17, .r = 3, .s = 3, .pad = 0, .relu = true},
    {.n = 2, .h = 4, .w = 6, .c = 8, .k = 35, .r = 3, .s = 3, .pad = 1},
    {.n = 3, .h = 2, .w = 4, .c = 21, .k = 8, .r = 3, .s = 3, .pad = 2, .relu = true},
    {.n = 1, .h = 8, .w = 14, .c = 128, .k = 16, .r = 3, .s = 3, .pad = 1},
    {.n = 1, .h = 4, .w = 22, .c = 16, .k = 128, .r = 3, .s = 3, .pad = 1},
    {.n = 19, .h = 2, .w = 2, .c = 12, .k = 12, .r = 3, .s = 3, .pad = 1},
    {.n = 1, .h = 48, .w = 48, .c = 8, .k = 128, .r = 3, .s = 3, .pad = 1},
};

/// Calls body(variant, registry) on the host, if it is tested.
template <class Op, class Body>
void with_winograd(const Body& body) {
  for (const Registry* registry : tested_registries())
    if (registry->target() == Target::host) body(registry->variant<Op>("winograd"), *registry);
}

/// Calls body(launch).
template <class Op, class Body>
void with_winograd(const Conv2d& d, const Body& body) {
  with_winograd<Op>([&](const Variant<Op>& row, const Registry&) {
    ASSERT_TRUE(row.supports(d));
    TestWorkspace workspace(row, d);
    body([&](auto... arguments) { row.launch(arguments..., d, workspace.data(), tested_stream()); });
    EXPECT_TRUE(workspace.intact()) << "the workspace";
  });
}

/// `growth`: the bound of the result's error, in that of a sum of products.
void expect_the_reference(const Conv2d& d, const std::vector<float>& x, const std::vector<float>& w,
                          const std::vector<float>& b, const std::vector<float>& dy, double growth) {
  using Op = ConvolutionOf<float>;
  Stored<float> xs(x), ws(w), bs(b), dys(dy);
  const auto agrees = [&](const auto& got, const ref::Sums& want, std::int64_t terms) {
    std::vector<double> most = bounds(want, terms);
    for (double& bound : most) bound *= growth;
    EXPECT_TRUE(agree(got.values(), want.value, most));
    EXPECT_TRUE(got.intact());
  };
  const ref::Sums y = Op::forward(d, x.data(), w.data(), b.data());
  with_winograd<Conv2dForward<float>>(d, [&](auto launch) {
    GuardedStored<float> got(y.value.size());
    launch(got.data(), xs.data(), ws.data(), bs.data());
    agrees(got, y, Op::forward_terms(d));
  });
  const ref::Sums dx = Op::data_gradient(d, dy.data(), w.data(), d.relu ? x.data() : nullptr);
  with_winograd<Conv2dDataGradient<float>>(d, [&](auto launch) {
    GuardedStored<float> got(dx.value.size());
    launch(got.data(), dys.data(), ws.data(), d.relu ? static_cast<const float*>(xs.data()) : nullptr);
    agrees(got, dx, Op::data_gradient_terms(d));
  });
  ref::Sums dw(d.w_size()), db(d.k);
  Op::filter_gradient(d, x.data(), dy.data(), dw, db);
  with_winograd<Conv2dFilterGradient<float>>(d, [&](auto launch) {
    GuardedStored<float> got(dw.value.size()), got_bias(db.value.size());
    launch(got.data(), got_bias.data(), xs.data(), dys.data());
    agrees(got, dw, Op::filter_gradient_terms(d));
    agrees(got_bias, db, Op::filter_gradient_terms(d));
  });
}

TEST(WinogradConvolution, IsTheReferenceWithinNineTimesTheBoundOfASum) {
  for (const Conv2d& d : winograd_problems) {
    SCOPED_TRACE(ConvolutionOf<float>::describe(d));
    expect_the_reference(d, random_values(d.x_size(), 1), random_values(d.w_size(), 2), random_values(d.k, 3),
                         random_values(d.y_size(), 4), 9);
  }
}

// The transforms halve and add: with small integers nothing is rounded.
TEST(WinogradConvolution, OfIntegersIsExact) {
  for (const Conv2d& d : winograd_problems) {
    SCOPED_TRACE(ConvolutionOf<float>::describe(d));
    expect_the_reference(d, integers(d.x_size(), 1), integers(d.w_size(), 2), integers(d.k, 3), integers(d.y_size(), 4),
                         0);
  }
}

template <class Op>
void expect_no_default_and_few_problems() {
  with_winograd<Op>([](const Variant<Op>& row, const Registry& registry) {
    EXPECT_LT(row.rank, registry.highest<Op>().rank);
    const Conv2d fits{.n = 1, .h = 8, .w = 8, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
    EXPECT_TRUE(row.supports(fits));
    const auto refuses = [&](auto change) {
      Conv2d other = fits;
      change(other);
      return !row.supports(other);
    };
    EXPECT_TRUE(refuses([](Conv2d& d) { d.r = d.s = 5, d.pad = 2; }));
    EXPECT_TRUE(refuses([](Conv2d& d) { d.h = 9; })) << "odd rows";
    EXPECT_TRUE(refuses([](Conv2d& d) { d.w = 9; })) << "odd columns";
    EXPECT_TRUE(refuses([](Conv2d& d) { d.pad = 3; }));
    EXPECT_TRUE(refuses([](Conv2d& d) { d.stride = 2; }));
    EXPECT_TRUE(refuses([](Conv2d& d) { d.groups = 2; }));
    EXPECT_TRUE(refuses([](Conv2d& d) { d.c = d.k = 4; })) << "few channels";
    EXPECT_TRUE(refuses([](Conv2d& d) { d.c = d.k = 136; })) << "many channels";
    // Each pass has a limit of its own for c and for k: of what it transforms and sums over, or keeps sums of.
    const bool is_data_gradient = std::is_same_v<Op, Conv2dDataGradient<float>>,
               is_filter_gradient = std::is_same_v<Op, Conv2dFilterGradient<float>>;
    EXPECT_EQ(refuses([](Conv2d& d) { d.c = 136; }), !is_data_gradient);
    EXPECT_EQ(refuses([](Conv2d& d) { d.k = 136; }), is_data_gradient || is_filter_gradient);
    EXPECT_EQ(refuses([](Conv2d& d) { d.c = 4; }), !is_data_gradient);
    EXPECT_EQ(refuses([](Conv2d& d) { d.k = 4; }), is_data_gradient);
  });
}

TEST(WinogradConvolution, IsNoDefaultAndRefusesOtherWindows) {
  expect_no_default_and_few_problems<Conv2dForward<float>>();
  expect_no_default_and_few_problems<Conv2dDataGradient<float>>();
  expect_no_default_and_few_problems<Conv2dFilterGradient<float>>();
}

}  // namespace
}  // namespace gs::test
