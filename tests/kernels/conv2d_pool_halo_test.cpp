// conv2d_pool_halo_test.cpp - the halo variants' gradients from a pooled gradient: the same bits as those from the
// gradient that the max-pool's backward pass would write; and the reference in fp64.
#include "kernels/conv2d_pool/conv2d_pool_ref.h"
#include "kernels/maxpool/maxpool_ref.h"
#include "tests/support/pooled_convolution.h"
#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/test_workspace.h"

namespace gs::test {
namespace {

/// Odd sizes have pixels in no window. By outputs of the data gradient's block and warp, and warps of the filter
/// gradient along filters and channels:
const std::vector<Conv2dPool> pool_halo_problems = {
    pooled({.n = 2, .h = 9, .w = 19, .c = 8, .k = 16, .r = 3, .s = 3, .pad = 1, .relu = true}),  // 8, 8; 1, 1
    pooled({.n = 34, .h = 5, .w = 3, .c = 40, .k = 16, .r = 3, .s = 3, .pad = 1}),               // 32, 8; 1, 4
    pooled({.n = 58, .h = 9, .w = 2, .c = 24, .k = 24, .r = 3, .s = 3, .pad = 1}),   // 32, 16; 2, 2: tiles and chunks
    pooled({.n = 40, .h = 2, .w = 17, .c = 32, .k = 64, .r = 3, .s = 3, .pad = 1}),  // 16, 16; 2, 2, wide
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

/// Runs the halo variant of an op on a target.
template <class Op, class... Arguments>
void run_halo(const Registry& registry, const typename Op::Problem& problem, Arguments... arguments) {
  const Variant<Op>& row = registry.variant<Op>("halo");
  ASSERT_TRUE(row.supports(problem));
  TestWorkspace workspace(row, problem);
  row.launch(arguments..., problem, workspace.data(), tested_stream());
  EXPECT_TRUE(workspace.intact()) << "the workspace";
}

template <class T>
class HaloGradientsOfPooled : public testing::Test {};
using HaloStorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(HaloGradientsOfPooled, HaloStorageTypes);

TYPED_TEST(HaloGradientsOfPooled, HaveTheBitsOfTheSeparateOps) {
  using T = TypeParam;
  for (const Conv2dPool& p : pool_halo_problems) {
    const Conv2d& d = p.conv;
    SCOPED_TRACE(extents_of(d));
    const auto x = as_stored<T>(random_values(d.x_size(), 1)), w = as_stored<T>(random_values(d.w_size(), 2)),
               dy = as_stored<T>(random_values(p.pool.y_size(), 3));
    const auto argmax = argmax_of(p.pool);
    const std::vector<double> expanded = ref::maxpool_backward(p.pool, widen(dy), argmax);
    Stored<T> xs(x), ws(w), dys(dy), full(std::vector<float>(expanded.begin(), expanded.end()));
    DeviceArray<std::uint8_t> index(argmax);
    const T* mask = d.relu ? xs.data() : nullptr;
    ref::Sums dw_ref(d.w_size()), db_ref(d.k);
    ref::conv2d_pool_filter_gradient(p, x.data(), dy.data(), argmax.data(), dw_ref, db_ref);

    for (const Registry* registry : tested_registries()) {
      if (registry->variants<Conv2dPoolDataGradient<T>>().empty()) continue;
      GuardedStored<T> dx(x.size()), dx_apart(x.size());
      run_halo<Conv2dPoolDataGradient<T>>(*registry, p, dx.data(), static_cast<const T*>(dys.data()),
                                          static_cast<const std::uint8_t*>(index.data()),
                                          static_cast<const T*>(ws.data()), mask);
      run_halo<Conv2dDataGradient<T>>(*registry, d, dx_apart.data(), static_cast<const T*>(full.data()),
                                      static_cast<const T*>(ws.data()), mask);
      EXPECT_EQ(dx.values(), dx_apart.values());
      EXPECT_TRUE(dx.intact());

      GuardedArray<float> dw(w.size()), dw_apart(w.size()), db(std::size_t(d.k)), db_apart(std::size_t(d.k));
      run_halo<Conv2dPoolFilterGradient<T>>(*registry, p, dw.data(), db.data(), static_cast<const T*>(xs.data()),
                                            static_cast<const T*>(dys.data()),
                                            static_cast<const std::uint8_t*>(index.data()));
      run_halo<Conv2dFilterGradient<T>>(*registry, d, dw_apart.data(), db_apart.data(),
                                        static_cast<const T*>(xs.data()), static_cast<const T*>(full.data()));
      EXPECT_EQ(dw.values(), dw_apart.values());
      const std::int64_t terms = p.pool.y_size() / d.k;
      EXPECT_TRUE(agree(db.values(), db_ref.value, bounds(db_ref, terms)));  // its sums have another order
      EXPECT_TRUE(dw.intact());
      EXPECT_TRUE(db.intact());
    }
    if (this->HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::test
