// dense_dropout_test.cpp - fused dense layer and dropout against the separate ops: the same bits in fp32 and tf32, and
// in bf16 if the dropout's factor is exact; otherwise, in bf16, the formula within one rounding.
#include <algorithm>

#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/dropout/dropout_ref.h"
#include "tests/support/compare.h"
#include "tests/support/products.h"
#include "tests/support/stored.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

DenseDropout dropped(const Dense& dense, float rate, std::int64_t first_row = 0) {
  return {dense, {std::int64_t(dense.n) * dense.out, rate, 1, first_row * dense.out}};
}

StepState seventh_step() {
  StepState step;
  step.seed = 0x123456789abcdefull;
  step.step = 7;
  return step;
}

const std::vector<DenseDropout> dropped_problems = {
    dropped({.n = 1, .in = 1, .out = 1}, 0.4f),
    dropped({.n = 3, .in = 5, .out = 7, .relu = true}, 0.4f),  // groups of four that cross rows
    dropped({.n = 70, .in = 33, .out = 66, .relu = true}, 0.25f),
    dropped({.n = 8, .in = 2100, .out = 128, .relu = true}, 0.4f),  // a sum in slices
    dropped({.n = 7, .in = 1025, .out = 3}, 0.9f),
    dropped({.n = 4, .in = 64, .out = 10, .relu = true}, 0.0f),
    dropped({.n = 13, .in = 96, .out = 68, .relu = true}, 0.4f),  // one slice and several, in each width of tile
    dropped({.n = 20, .in = 1100, .out = 66, .relu = true}, 0.4f),
    dropped({.n = 31, .in = 40, .out = 130, .relu = true}, 0.4f),
    dropped({.n = 40, .in = 600, .out = 5, .relu = true}, 0.4f),
    dropped({.n = 5, .in = 70, .out = 66, .relu = true}, 0.4f, 3),  // rows of a larger batch
    dropped({.n = 16, .in = 1100, .out = 5, .relu = true}, 0.4f, 17),
};

template <class T>
class DenseAndDropout : public testing::Test {};
using StorageTypes = testing::Types<float, bf16>;
TYPED_TEST_SUITE(DenseAndDropout, StorageTypes);

TYPED_TEST(DenseAndDropout, HaveTheBitsOfTheTwoKernels) {
  using T = TypeParam;
  const StepState step = seventh_step();
  for (DenseDropout p : dropped_problems) {
    // In bf16 the separate ops round twice: equal only if the factor is a power of two.
    if (sizeof(T) == 2 && p.dropout.rate != 0) p.dropout.rate = 0.5f;
    const Dense& d = p.dense;
    SCOPED_TRACE(testing::Message() << d.n << " x " << d.in << " -> " << d.out << ", rate " << p.dropout.rate);
    auto x = random_values(std::int64_t(d.n) * d.in, 1);
    x[x.size() / 2] = NAN;  // of one row: a dropped NaN stays NaN
    const auto w = random_values(std::int64_t(d.in) * d.out, 2), bias = random_values(d.out, 3);
    for (const Registry* registry : tested_registries()) {
      for (const auto& row : registry->variants<DenseDropoutForward<T>>()) {
        ASSERT_TRUE(row.supports(p));
        SCOPED_TRACE(std::string(name_of(registry->target())) + ", variant " + std::string(row.name));
        const auto& dense = registry->variant<DenseForward<T>>(row.name);
        Stored<T> xs(x), ws(w), biases(bias);
        DeviceArray<StepState> state(std::vector{step});
        GuardedStored<T> y(std::size_t(p.dropout.size)), sum(y.size()), want(y.size());
        TestWorkspace workspace(row, p), dense_workspace(dense, d);
        dense.launch(sum.data(), xs.data(), ws.data(), biases.data(), d, dense_workspace.data(), tested_stream());
        registry->highest<DropoutForward<T>>().launch(want.data(), sum.data(), state.data(), p.dropout, nullptr,
                                                      tested_stream());
        row.launch(y.data(), xs.data(), ws.data(), biases.data(), state.data(), p, workspace.data(), tested_stream());
        const std::vector<float> got = y.values(), expected = want.values();
        for (std::size_t i = 0; i < got.size(); ++i)
          ASSERT_TRUE(got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i])))
              << "element " << i << ": " << got[i] << ", not " << expected[i];
        EXPECT_TRUE(y.intact());
        EXPECT_TRUE(workspace.intact());
      }
    }
  }
}

// The fused op rounds to bf16 only once, at y.
TEST(DenseDropout, InBf16IsWithinOneRoundingOfTheFormula) {
  const StepState step = seventh_step();
  for (const DenseDropout& p : dropped_problems) {
    const Dense& d = p.dense;
    SCOPED_TRACE(FullyConnected::describe(d) + ", rate " + std::to_string(p.dropout.rate));
    const auto x = as_stored<bf16>(random_values(std::int64_t(d.n) * d.in, 1)),
               w = as_stored<bf16>(random_values(std::int64_t(d.in) * d.out, 2)),
               bias = as_stored<bf16>(random_values(d.out, 3));
    const ref::Sums sums = ref::dense_forward(d, x.data(), w.data(), bias.data());
    for_each_variant<DenseDropoutForward<bf16>>(p, [&](auto launch, Arithmetic arithmetic) {
      std::vector<double> want = sums.value, allowed = bounds(sums, FullyConnected::forward_terms(d), arithmetic);
      for (std::size_t i = 0; i < want.size(); ++i) {
        const double factor = ref::kept(p.dropout, step, std::int64_t(i)) ? 1 / (1 - double(p.dropout.rate)) : 0.0;
        want[i] *= factor;
        allowed[i] = stored_bound<bf16>(want[i], 1.01 * factor * allowed[i] + 1e-7 * std::abs(want[i]));
      }
      Stored<bf16> xs(x), ws(w), biases(bias);
      DeviceArray<StepState> state(std::vector{step});
      GuardedStored<bf16> y(want.size());
      launch(y.data(), xs.data(), ws.data(), biases.data(), state.data());
      EXPECT_TRUE(agree(y.values(), want, allowed));
      EXPECT_TRUE(y.intact());
    });
  }
}

}  // namespace
}  // namespace gs::test
