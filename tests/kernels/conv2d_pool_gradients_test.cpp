// conv2d_pool_gradients_test.cpp - gradients from a pooled gradient, of layers with many input channels: the same bits
// as those from the gradient that the max-pool's backward pass would write; and the reference in fp64.
#include <string_view>
#include <tuple>

#include "kernels/conv2d_pool/conv2d_pool_ref.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/pooled_convolution.h"
#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/test_workspace.h"
#include "tests/support/thread_counts.h"

namespace gs::test {
namespace {

struct PooledGradients {
  std::string_view variant;  ///< of the fused and of the separate ops
  unsigned targets;          ///< that must have it
  bool in_bf16;              ///< also in bf16
  bool same_bias_bits;       ///< the separate filter gradient adds db in the same order
  std::vector<Conv2dPool> problems;
};

const std::vector<PooledGradients> all_pooled_gradients = {
    // Odd sizes have pixels in no window. By outputs of the data gradient's block and warp, and warps of the filter
    // gradient along filters and channels:
    {"halo",
     unsigned(Target::cuda) | unsigned(Target::sim),
     true,
     false,
     {
         pooled({.n = 2, .h = 9, .w = 19, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true}),  // 8, 8; 1, 1
         pooled({.n = 34, .h = 5, .w = 3, .c = 40, .k = 16, .r = 3, .s = 3, .pad = 1}),               // 32, 8; 1, 4
         pooled({.n = 58, .h = 9, .w = 2, .c = 24, .k = 24, .r = 3, .s = 3, .pad = 1}),   // 32, 16; 2, 2: tiles, chunks
         pooled({.n = 40, .h = 2, .w = 17, .c = 32, .k = 64, .r = 3, .s = 3, .pad = 1}),  // 16, 16; 2, 2, wide
     }},
    // One tile, whose windows are surrounded by padding; half registers; registers that are not full; most channels;
    // steps of many tiles that end within a row.
    {"winograd_4x4",
     on_host,
     false,
     true,
     {
         pooled({.n = 1, .h = 4, .w = 4, .c = 9, .k = 17, .r = 3, .s = 3, .pad = 1, .relu = true}),
         pooled({.n = 3, .h = 8, .w = 12, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1}),
         pooled({.n = 1, .h = 8, .w = 4, .c = 21, .k = 35, .r = 3, .s = 3, .pad = 1, .relu = true}),
         pooled({.n = 2, .h = 4, .w = 8, .c = 128, .k = 128, .r = 3, .s = 3, .pad = 1, .relu = true}),
         pooled({.n = 1, .h = 16, .w = 28, .c = 16, .k = 64, .r = 3, .s = 3, .pad = 1}),
     }},
};

/// Each pixel of a window, and windows without a gradient.
std::vector<std::uint8_t> argmax_of(const MaxPool& pool) {
  Random random(9);
  std::vector<std::uint8_t> all(static_cast<std::size_t>(pool.y_size()));
  for (std::uint8_t& place : all) {
    const std::int64_t drawn = random.below(5);
    place = drawn < 4 ? std::uint8_t(drawn) : MaxPool::no_gradient;
  }
  return all;
}

template <class Op, class... Arguments>
void run_variant(const Registry& registry, std::string_view name, const typename Op::Problem& problem,
                 Arguments... arguments) {
  const Variant<Op>& row = registry.variant<Op>(name);
  ASSERT_TRUE(row.supports(problem));
  TestWorkspace workspace(row, problem);
  row.launch(arguments..., problem, workspace.data(), tested_stream());
  EXPECT_TRUE(workspace.intact()) << "the workspace";
}

/// The inputs of a problem.
template <class T>
struct PooledInputs {
  std::vector<float> x, w, dy;
  std::vector<std::uint8_t> argmax;
  Stored<T> xs, ws, dys;
  DeviceArray<std::uint8_t> index;

  explicit PooledInputs(const Conv2dPool& p)
      : x(as_stored<T>(random_values(p.conv.x_size(), 1))),
        w(as_stored<T>(random_values(p.conv.w_size(), 2))),
        dy(as_stored<T>(random_values(p.pool.y_size(), 3))),
        argmax(argmax_of(p.pool)),
        xs(x),
        ws(w),
        dys(dy),
        index(argmax) {}
  /// The output of a ReLU below the convolution, if there is one.
  const T* mask(const Conv2dPool& p) { return p.conv.relu ? xs.data() : nullptr; }
};

/// dx, dw and db of the fused ops.
template <class T>
struct FusedGradients {
  GuardedStored<T> dx;
  GuardedArray<float> dw, db;

  FusedGradients(const Registry& registry, std::string_view variant, const Conv2dPool& p, PooledInputs<T>& in)
      : dx(in.x.size()), dw(in.w.size()), db(std::size_t(p.conv.k)) {
    run_variant<Conv2dPoolDataGradient<T>>(registry, variant, p, dx.data(), static_cast<const T*>(in.dys.data()),
                                           static_cast<const std::uint8_t*>(in.index.data()),
                                           static_cast<const T*>(in.ws.data()), in.mask(p));
    run_variant<Conv2dPoolFilterGradient<T>>(registry, variant, p, dw.data(), db.data(),
                                             static_cast<const T*>(in.xs.data()), static_cast<const T*>(in.dys.data()),
                                             static_cast<const std::uint8_t*>(in.index.data()));
    EXPECT_TRUE(dx.intact());
    EXPECT_TRUE(dw.intact());
    EXPECT_TRUE(db.intact());
  }
};

template <class T>
class GradientsOfPooled : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(GradientsOfPooled, StorageTypes);

/// Compares the fused ops with the separate ones, whose full gradient the reference of the pool writes.
template <class T>
void compare_with_separate_ops(const Registry& registry, const PooledGradients& tested, const Conv2dPool& p) {
  const Conv2d& d = p.conv;
  PooledInputs<T> in(p);
  const std::vector<double> expanded = ref::maxpool_backward(p.pool, widen(in.dy), in.argmax);
  Stored<T> full(std::vector<float>(expanded.begin(), expanded.end()));
  const FusedGradients<T> fused(registry, tested.variant, p, in);

  GuardedStored<T> dx(in.x.size());
  run_variant<Conv2dDataGradient<T>>(registry, tested.variant, d, dx.data(), static_cast<const T*>(full.data()),
                                     static_cast<const T*>(in.ws.data()), in.mask(p));
  EXPECT_EQ(fused.dx.values(), dx.values());

  GuardedArray<float> dw(in.w.size()), db(std::size_t(d.k));
  run_variant<Conv2dFilterGradient<T>>(registry, tested.variant, d, dw.data(), db.data(),
                                       static_cast<const T*>(in.xs.data()), static_cast<const T*>(full.data()));
  EXPECT_EQ(fused.dw.values(), dw.values());
  if (tested.same_bias_bits) {
    EXPECT_EQ(fused.db.values(), db.values());
  }
  ref::Sums dw_ref(d.w_size()), db_ref(d.k);
  ref::conv2d_pool_filter_gradient(p, in.x.data(), in.dy.data(), in.argmax.data(), dw_ref, db_ref);
  EXPECT_TRUE(agree(fused.db.values(), db_ref.value, bounds(db_ref, p.pool.y_size() / d.k)));
}

TYPED_TEST(GradientsOfPooled, HaveTheBitsOfTheSeparateOps) {
  for (const PooledGradients& tested : all_pooled_gradients)
    for (const Registry* registry : tested_registries()) {
      if (!(tested.targets & unsigned(registry->target())) || (sizeof(TypeParam) == 2 && !tested.in_bf16)) continue;
      for (const Conv2dPool& p : tested.problems) {
        SCOPED_TRACE(std::string(name_of(registry->target())) + ", variant " + std::string(tested.variant) + ", " +
                     extents_of(p.conv));
        compare_with_separate_ops<TypeParam>(*registry, tested, p);
        if (this->HasFailure()) return;
      }
    }
}

TEST(WinogradOfPooled, HasTheSameBitsForEveryNumberOfThreads) {
  const Conv2dPool p = pooled({.n = 4, .h = 32, .w = 32, .c = 40, .k = 64, .r = 3, .s = 3, .pad = 1, .relu = true});
  for (const Registry* registry : tested_registries()) {
    if (registry->target() != Target::host) continue;
    PooledInputs<float> in(p);
    Stored<float> bias(random_values(p.conv.k, 4));
    expect_same_for_every_number_of_threads([&] {
      const FusedGradients<float> gradients(*registry, "winograd_4x4", p, in);
      GuardedArray<float> y(in.dy.size());
      GuardedArray<std::uint8_t> argmax(in.dy.size());
      run_variant<Conv2dPoolForward<float>>(
          *registry, "winograd_4x4", p, y.data(), argmax.data(), static_cast<const float*>(in.xs.data()),
          static_cast<const float*>(in.ws.data()), static_cast<const float*>(bias.data()));
      return std::tuple(y.values(), argmax.values(), gradients.dx.values(), gradients.dw.values(),
                        gradients.db.values());
    });
  }
}

TEST(WinogradOfPooled, RefusesOtherWindows) {
  for (const Registry* registry : tested_registries()) {
    if (registry->target() != Target::host) continue;
    const auto supports = [&](const Conv2dPool& p) {
      return std::tuple(registry->variant<Conv2dPoolForward<float>>("winograd_4x4").supports(p),
                        registry->variant<Conv2dPoolDataGradient<float>>("winograd_4x4").supports(p),
                        registry->variant<Conv2dPoolFilterGradient<float>>("winograd_4x4").supports(p));
    };
    const Conv2d fits{.n = 1, .h = 8, .w = 8, .c = 8, .k = 8, .r = 3, .s = 3, .pad = 1};
    const auto all = std::tuple(true, true, true), none = std::tuple(false, false, false);
    EXPECT_EQ(supports(pooled(fits)), all);
    Conv2dPool other = pooled(fits);
    other.pool.window = 3;
    EXPECT_EQ(supports(other), none) << "a window of 3x3";
    other = pooled(fits);
    other.pool.stride = 1;
    EXPECT_EQ(supports(other), none) << "windows that overlap";
    Conv2d conv = fits;
    conv.h = 10;
    EXPECT_EQ(supports(pooled(conv)), none) << "half a tile";
    conv = fits;
    conv.h = conv.w = 10, conv.pad = 0;
    EXPECT_EQ(supports(pooled(conv)), std::tuple(true, false, true)) << "windows that begin within a tile of inputs";
  }
}

}  // namespace
}  // namespace gs::test
