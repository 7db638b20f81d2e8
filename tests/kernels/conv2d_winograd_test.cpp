// conv2d_winograd_test.cpp - the convolution by minimal filtering: edges of its tiles, its error bound, and that it is
// no default. products_test.cpp has all variants.
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/thread_counts.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

struct Minimal {
  std::string_view variant;
  int tile;       ///< rows and columns of a tile's outputs
  double growth;  ///< the bound of a result's error, in that of a sum of products
};
constexpr Minimal all_minimal[] = {{"winograd", 2, 9}, {"winograd_4x4", 4, 70}};

/// Channels that fill no register, every padding, a padded image of one tile. In the forward pass and the data gradient
/// more tiles than a step has, and steps that end within a row; in the filter gradient, whose slices have few tiles,
/// both in the last problem only. The rows and columns of outputs are so many tiles.
std::vector<Conv2d> problems_of(const Minimal& minimal) {
  std::vector<Conv2d> problems = {
      {.n = 1, .h = 2, .w = 26, .c = 9, .k = 17, .pad = 0, .relu = true},
      {.n = 2, .h = 2, .w = 3, .c = 8, .k = 35, .pad = 1},
      {.n = 3, .h = 2, .w = 3, .c = 21, .k = 8, .pad = 2, .relu = true},
      {.n = 1, .h = 4, .w = 7, .c = 128, .k = 16, .pad = 1},
      {.n = 1, .h = 2, .w = 11, .c = 16, .k = 128, .pad = 1},
      {.n = 19, .h = 1, .w = 1, .c = 12, .k = 12, .pad = 1},
      {.n = 1, .h = 16, .w = 30, .c = 8, .k = 128, .pad = 1},
  };
  for (Conv2d& d : problems) {
    d.r = d.s = 3;
    d.h = d.h * minimal.tile + 2 - 2 * d.pad;
    d.w = d.w * minimal.tile + 2 - 2 * d.pad;
  }
  return problems;
}

/// Calls body(variant, registry) on the host, if it is tested.
template <class Op, class Body>
void with_winograd(const Minimal& minimal, const Body& body) {
  for (const Registry* registry : tested_registries())
    if (registry->target() == Target::host) body(registry->variant<Op>(minimal.variant), *registry);
}

/// Calls body(launch).
template <class Op, class Body>
void with_winograd(const Minimal& minimal, const Conv2d& d, const Body& body) {
  with_winograd<Op>(minimal, [&](const Variant<Op>& row, const Registry&) {
    ASSERT_TRUE(row.supports(d));
    TestWorkspace workspace(row, d);
    body([&](auto... arguments) { row.launch(arguments..., d, workspace.data(), tested_stream()); });
    EXPECT_TRUE(workspace.intact()) << "the workspace";
  });
}

/// Results of a pass, and the terms of each sum.
using Judge = std::function<void(const std::vector<float>& got, const ref::Sums& want, std::int64_t terms)>;

/// The data gradient cuts the inputs into tiles, not the outputs.
Conv2d with_tiles_of_inputs(Conv2d d) {
  const int rows = d.p(), columns = d.q();
  d.h = rows, d.w = columns;
  return d;
}

/// All three passes, with inputs of values(size, seed).
template <class Values>
void judge_passes(const Minimal& minimal, const Conv2d& d, const Values& values, const Judge& judge) {
  using Op = ConvolutionOf<float>;
  SCOPED_TRACE(fmt::format("{} {}", minimal.variant, Op::describe(d)));
  const std::vector<float> x = values(d.x_size(), 1), w = values(d.w_size(), 2), b = values(d.k, 3),
                           dy = values(d.y_size(), 4);
  Stored<float> xs(x), ws(w), bs(b), dys(dy);
  const auto judge_array = [&](const GuardedStored<float>& got, const ref::Sums& want, std::int64_t terms) {
    judge(got.values(), want, terms);
    EXPECT_TRUE(got.intact());
  };
  const ref::Sums y = Op::forward(d, x.data(), w.data(), b.data());
  with_winograd<Conv2dForward<float>>(minimal, d, [&](auto launch) {
    GuardedStored<float> got(y.value.size());
    launch(got.data(), xs.data(), ws.data(), bs.data());
    judge_array(got, y, Op::forward_terms(d));
  });
  const Conv2d in_tiles = with_tiles_of_inputs(d);
  const std::vector<float> relu_output = values(in_tiles.x_size(), 5), dy_of_tiles = values(in_tiles.y_size(), 6);
  Stored<float> relu_outputs(relu_output), dys_of_tiles(dy_of_tiles);
  const ref::Sums dx = Op::data_gradient(in_tiles, dy_of_tiles.data(), w.data(), d.relu ? relu_output.data() : nullptr);
  with_winograd<Conv2dDataGradient<float>>(minimal, in_tiles, [&](auto launch) {
    GuardedStored<float> got(dx.value.size());
    launch(got.data(), dys_of_tiles.data(), ws.data(),
           d.relu ? static_cast<const float*>(relu_outputs.data()) : nullptr);
    judge_array(got, dx, Op::data_gradient_terms(in_tiles));
  });
  ref::Sums dw(d.w_size()), db(d.k);
  Op::filter_gradient(d, x.data(), dy.data(), dw, db);
  with_winograd<Conv2dFilterGradient<float>>(minimal, d, [&](auto launch) {
    GuardedStored<float> got(dw.value.size()), got_bias(db.value.size());
    launch(got.data(), got_bias.data(), xs.data(), dys.data());
    judge_array(got, dw, Op::filter_gradient_terms(d));
    judge_array(got_bias, db, Op::filter_gradient_terms(d));
  });
}

TEST(WinogradConvolution, IsTheReferenceWithinItsBound) {
  for (const Minimal& minimal : all_minimal)
    for (const Conv2d& d : problems_of(minimal))
      judge_passes(
          minimal, d, [](std::int64_t size, int seed) { return random_values(size, seed); },
          [&](const std::vector<float>& got, const ref::Sums& want, std::int64_t terms) {
            std::vector<double> most = bounds(want, terms);
            for (double& bound : most) bound *= minimal.growth;
            EXPECT_TRUE(agree(got, want.value, most));
          });
}

// The transforms of 2x2 tiles halve and add: with small integers nothing is rounded. Those of 4x4 tiles round, so a
// result is near an integer, the right one.
TEST(WinogradConvolution, OfIntegersIsExact) {
  for (const Minimal& minimal : all_minimal)
    for (const Conv2d& d : problems_of(minimal))
      judge_passes(
          minimal, d, [](std::int64_t size, int seed) { return integers(size, seed); },
          [&](const std::vector<float>& got, const ref::Sums& want, std::int64_t) {
            EXPECT_TRUE(agree(got, want.value, minimal.tile == 2 ? 0.0 : 0.05));
          });
}

// The bound is that of the worst values. Of random ones the root mean square is near that of plain sums.
TEST(WinogradConvolution, HasErrorsLikeThoseOfSums) {
  const Conv2d d{.n = 2, .h = 32, .w = 32, .c = 32, .k = 32, .r = 3, .s = 3, .pad = 1};
  const auto random = [](std::int64_t size, int seed) { return random_values(size, seed); };
  const auto errors = [&](const Minimal& minimal) {
    std::vector<double> all;
    judge_passes(minimal, d, random, [&](const std::vector<float>& got, const ref::Sums& want, std::int64_t) {
      double squares = 0;
      for (std::size_t i = 0; i < got.size(); ++i) squares += (got[i] - want.value[i]) * (got[i] - want.value[i]);
      all.push_back(std::sqrt(squares / double(got.size())));
    });
    return all;
  };
  const std::vector<double> sums = errors({"simd", 0, 0});
  for (const auto& [minimal, most] : {std::pair(all_minimal[0], 1.5), std::pair(all_minimal[1], 4.0)}) {
    const std::vector<double> got = errors(minimal);
    ASSERT_EQ(got.size(), sums.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_LT(got[i], most * sums[i]) << minimal.variant << ", result " << i;
  }
}

TEST(WinogradConvolution, HasTheSameBitsForEveryNumberOfThreads) {
  const Conv2d d{.n = 2, .h = 32, .w = 32, .c = 40, .k = 16, .r = 3, .s = 3, .pad = 1};  // several shares each
  for (const Minimal& minimal : {all_minimal[0], all_minimal[1], Minimal{"simd", 0, 0}})
    expect_same_for_every_number_of_threads([&] {
      std::vector<std::vector<float>> results;
      judge_passes(
          minimal, d, [](std::int64_t size, int seed) { return random_values(size, seed); },
          [&](const std::vector<float>& got, const ref::Sums&, std::int64_t) { results.push_back(got); });
      return results;
    });
}

// A tile of 2x2 outputs reads 4x4 inputs, of which each output reads 3x3: the others do not reach it through the
// transforms, either.
TEST(WinogradConvolution, SpreadsANanAsASumOfProductsDoesIfTilesHave2x2Outputs) {
  const Conv2d d{.n = 1, .h = 6, .w = 6, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
  const auto outputs_that_are_nan = [&](const Minimal& minimal, std::int64_t at) {
    std::vector<float> x = random_values(d.x_size(), 1);
    x[std::size_t(at)] = std::numeric_limits<float>::quiet_NaN();
    Stored<float> xs(x), ws(random_values(d.w_size(), 2)), bs(random_values(d.k, 3));
    std::vector<bool> result;
    with_winograd<Conv2dForward<float>>(minimal, d, [&](auto launch) {
      GuardedStored<float> got(std::size_t(d.y_size()));
      launch(got.data(), xs.data(), ws.data(), bs.data());
      for (const float y : got.values()) result.push_back(std::isnan(y));
    });
    return result;
  };
  for (std::int64_t at = 0; at < d.x_size(); at += d.c)
    EXPECT_EQ(outputs_that_are_nan(all_minimal[0], at), outputs_that_are_nan({"direct", 0, 0}, at)) << "input " << at;
}

template <class Op>
void expect_no_default_and_few_problems(const Minimal& minimal) {
  with_winograd<Op>(minimal, [&](const Variant<Op>& row, const Registry& registry) {
    EXPECT_LT(row.rank, registry.highest<Op>().rank);
    const Conv2d fits{.n = 1, .h = 8, .w = 8, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
    EXPECT_TRUE(row.supports(fits));
    const auto refuses = [&](auto change) {
      Conv2d other = fits;
      change(other);
      return !row.supports(other);
    };
    EXPECT_TRUE(refuses([](Conv2d& d) { d.r = d.s = 5, d.pad = 2; }));
    EXPECT_TRUE(refuses([&](Conv2d& d) { d.h += minimal.tile / 2; })) << "half a tile";
    EXPECT_TRUE(refuses([&](Conv2d& d) { d.w += minimal.tile / 2; })) << "half a tile";
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
  for (const Minimal& minimal : all_minimal) {
    expect_no_default_and_few_problems<Conv2dForward<float>>(minimal);
    expect_no_default_and_few_problems<Conv2dDataGradient<float>>(minimal);
    expect_no_default_and_few_problems<Conv2dFilterGradient<float>>(minimal);
  }
}

}  // namespace
}  // namespace gs::test
