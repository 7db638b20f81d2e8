// dense_update_test.cpp - a dense layer's gradients and its update in one call: the bits of the separate calls.
#include <omp.h>

#include <cstring>

#include "kernels/dense_update/dense_update.h"
#include "kernels/optimizer/optimizers.h"
#include "tests/support/compare.h"
#include "tests/support/stored.h"
#include "tests/support/test_workspace.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// A parameter's values, moments and bf16 copy, before and after a step.
struct Trained {
  GuardedArray<float> values, moment1, moment2;
  GuardedArray<bf16> copy;

  Trained(std::int64_t size, std::uint64_t seed)
      : values(random_values(size, seed)),
        moment1(random_values(size, seed + 1)),
        moment2(squares(random_values(size, seed + 2))),
        copy(narrowed<bf16>(random_values(size, seed))) {}
  static std::vector<float> squares(std::vector<float> of) {
    for (float& v : of) v *= v;
    return of;
  }
  void expect_bits_of(const Trained& want, bool with_copy) const {
    EXPECT_EQ(bits(values), bits(want.values));
    EXPECT_EQ(bits(moment1), bits(want.moment1));
    EXPECT_EQ(bits(moment2), bits(want.moment2));
    if (with_copy) {
      EXPECT_EQ(bits(copy), bits(want.copy));
    }
    EXPECT_TRUE(values.intact() && moment1.intact() && moment2.intact() && copy.intact());
  }
  template <class T>
  static std::vector<unsigned char> bits(const GuardedArray<T>& array) {
    const std::vector<T> all = array.values();
    std::vector<unsigned char> bytes(all.size() * sizeof(T));
    std::memcpy(bytes.data(), all.data(), bytes.size());
    return bytes;
  }
};

DenseUpdate problem(const Dense& dense, const std::string& optimizer, float decay, bool copy) {
  DenseUpdate p{dense, usual_optimizer(optimizer)};
  p.optimizer.weight_decay = decay;
  p.optimizer.bf16_copy = copy;
  return p;
}

Optimizer of_size(Optimizer p, std::int64_t size) {
  p.size = size;
  return p;
}

template <class T>
class DenseWeightUpdates : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(DenseWeightUpdates, StorageTypes);

/// On GPUs one value; parts of squares; whole squares in two blocks; parts of squares along one side. On the CPU, which
/// has the call for many weights: all rows of a tile and parts of blocks, chunks and registers; an odd output.
std::vector<Dense> layers_on(Target target) {
  if (target == Target::host) return {{8, 4099, 256}, {3, 20011, 53}};
  return {{1, 1, 1}, {3, 5, 7}, {8, 520, 16}, {15, 36, 12}, {2, 6, 16}};
}

/// The data gradient that a call is to compute as well.
enum class Data { none, plain, masked };

template <class T>
void expect_the_bits_of_separate_calls(const Registry& registry, Dense d, float decay, Data data = Data::none) {
  constexpr bool copy = std::is_same_v<T, bf16>;
  if (data == Data::masked) d.mask_scale = 1.5f;
  DenseUpdate p = problem(d, "adam", decay, copy);
  p.data_gradient = data != Data::none;
  SCOPED_TRACE(testing::Message() << name_of(registry.target()) << ", " << d.n << " x " << d.in << " -> " << d.out
                                  << ", decay " << decay);
  const Variant<DenseWeightUpdate<T>>& fused = registry.highest<DenseWeightUpdate<T>>();
  ASSERT_TRUE(fused.supports(p));
  const Variant<DenseWeightGradient<T>>& gradient = registry.variant<DenseWeightGradient<T>>(fused.name);
  const std::int64_t size = std::int64_t(d.in) * d.out;
  StepState step;
  step.learning_rate = 0.01f;
  step.beta1_power = 0.81;
  step.beta2_power = 0.998;
  Stored<T> x(random_values(std::int64_t(d.n) * d.in, 1)), dy(random_values(std::int64_t(d.n) * d.out, 2));
  DeviceArray<StepState> state(std::vector{step});
  Trained w(size, 3), b(d.out, 6), want_w(size, 3), want_b(d.out, 6);
  Stored<T> stored_w(random_values(size, 3)), relu_output(random_values(std::int64_t(d.n) * d.in, 9));
  const T* const mask = data == Data::masked ? relu_output.data() : nullptr;
  GuardedArray<T> dx{std::size_t(d.n) * std::size_t(d.in)}, want_dx{std::size_t(d.n) * std::size_t(d.in)};
  if (p.data_gradient) {
    const Variant<DenseDataGradient<T>>& of_data = registry.variant<DenseDataGradient<T>>(fused.name);
    TestWorkspace data_workspace(of_data, d);
    of_data.launch(want_dx.data(), dy.data(), stored_w.data(), mask, d, data_workspace.data(), tested_stream());
  }
  GuardedArray<float> dw{std::size_t(size)}, db{std::size_t(d.out)};
  TestWorkspace workspace(gradient, d);
  gradient.launch(dw.data(), db.data(), x.data(), dy.data(), d, workspace.data(), tested_stream());
  const auto update = [&](Trained& of, GuardedArray<float>& by, std::int64_t count) {
    registry.variant<Update>("adam").launch(of.values.data(), of.moment1.data(), of.moment2.data(),
                                            copy ? of.copy.data() : nullptr, by.data(), state.data(),
                                            of_size(p.optimizer, count), nullptr, tested_stream());
  };
  update(want_w, dw, size);
  update(want_b, db, d.out);
  fused.launch(p.data_gradient ? dx.data() : nullptr, w.values.data(), w.moment1.data(), w.moment2.data(),
               copy ? w.copy.data() : nullptr, b.values.data(), b.moment1.data(), b.moment2.data(),
               copy ? b.copy.data() : nullptr, x.data(), dy.data(), mask, state.data(), p, nullptr, tested_stream());
  w.expect_bits_of(want_w, copy);
  b.expect_bits_of(want_b, copy);
  EXPECT_EQ(Trained::bits(dx), Trained::bits(want_dx));
  EXPECT_TRUE(dx.intact());
}

TYPED_TEST(DenseWeightUpdates, HaveTheBitsOfTheGradientAndTheUpdate) {
  for (const Registry* registry : tested_registries())
    for (const Dense& d : layers_on(registry->target()))
      for (const float decay : {0.0f, 0.05f})
        for (const int threads : {1, 3}) {
          const int threads_before = omp_get_max_threads();
          omp_set_num_threads(threads);
          expect_the_bits_of_separate_calls<TypeParam>(*registry, d, decay);
          omp_set_num_threads(threads_before);
        }
}

TYPED_TEST(DenseWeightUpdates, OnACpuHaveTheBitsOfTheDataGradientToo) {
  for (const Registry* registry : tested_registries()) {
    const bool on_host = registry->target() == Target::host;
    DenseUpdate p = problem({8, 1024, 1024}, "adam", 0, std::is_same_v<TypeParam, bf16>);
    p.data_gradient = true;
    EXPECT_EQ(registry->highest<DenseWeightUpdate<TypeParam>>().supports(p), on_host);
    if (!on_host) continue;
    for (const Dense& d : layers_on(registry->target()))
      for (const Data data : {Data::plain, Data::masked})
        for (const int threads : {1, 3}) {
          const int threads_before = omp_get_max_threads();
          omp_set_num_threads(threads);
          expect_the_bits_of_separate_calls<TypeParam>(*registry, d, 0, data);
          omp_set_num_threads(threads_before);
        }
  }
}

TYPED_TEST(DenseWeightUpdates, ReadNoOtherWeightsForTheDataGradient) {
  using T = TypeParam;
  DenseUpdate p = problem({8, 1024, 512}, "adam", 0, std::is_same_v<T, bf16>);
  const Cost without = cost(DenseWeightUpdate<T>(), p);
  p.data_gradient = true;
  const Cost with = cost(DenseWeightUpdate<T>(), p);
  EXPECT_EQ(with.flops - without.flops, 2.0 * 8 * 1024 * 512);
  EXPECT_EQ(with.bytes - without.bytes, double(sizeof(T)) * 8 * 1024) << "dx";
}

TYPED_TEST(DenseWeightUpdates, AreForFewImagesAndForAdam) {
  using T = TypeParam;
  constexpr bool copy = std::is_same_v<T, bf16>;
  for (const Registry* registry : tested_registries()) {
    SCOPED_TRACE(name_of(registry->target()));
    const auto& row = registry->highest<DenseWeightUpdate<T>>();
    const bool on_host = registry->target() == Target::host;
    const int most = on_host ? 8 : 15;
    EXPECT_TRUE(row.supports(problem({most, 1024, 1024}, "adam", 0, copy)));
    EXPECT_FALSE(row.supports(problem({most + 1, 1024, 1024}, "adam", 0, copy)));
    EXPECT_FALSE(row.supports(problem({most, 1024, 1024}, "adamw", 0, copy)));
    EXPECT_FALSE(row.supports(problem({most, 1024, 1024}, "adam", 0, !copy)));
    EXPECT_NE(row.supports(problem({most, 1023, 1024}, "adam", 0, copy)), on_host) << "few weights";
  }
}

}  // namespace
}  // namespace gs::test
