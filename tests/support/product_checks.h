// product_checks.h - checks for every implementation of a convolution or dense pass, own variants and libraries alike:
// agreement with the reference within the bounds of the arithmetic, no write outside, the same bits when repeated.
//
// Each check gets a function for_each(body) that calls body(arrays, launch) once per implementation.
//   arrays.input(vector), arrays.stored(size)  memory in the op's storage type, filled with and read as floats
//   arrays.output(size)                        memory of floats
//   arrays.arithmetic                          arithmetic of the products
//   arrays.gradient_is_stored                  if the weights' gradient is rounded to the storage type (cuDNN, bf16)
//   launch(arguments...)                       runs the implementation
// The bias gradient has no products: every implementation sums it in fp32.
#pragma once
#include <gtest/gtest.h>

#include "tests/support/products.h"
#include "tests/support/stored.h"

namespace gs::test {

template <class Op, class ForEach>
void check_forward(const typename Op::Problem& p, const ForEach& for_each) {
  const auto stored = &as_stored<typename Op::Stored>;
  const auto x = stored(random_values(Op::x_size(p), 1)), w = stored(random_values(Op::w_size(p), 2)),
             b = stored(random_values(Op::outputs(p), 3));
  const ref::Sums want = Op::forward(p, x.data(), w.data(), b.data());
  for_each([&](const auto& arrays, auto launch) {
    auto xs = arrays.input(x), ws = arrays.input(w), bs = arrays.input(b);
    auto y = arrays.stored(want.value.size()), again = arrays.stored(want.value.size());
    launch(y.data(), xs.data(), ws.data(), bs.data());
    EXPECT_TRUE(
        agree(y.values(), want.value,
              stored_bounds<typename Op::Stored>(want.value, bounds(want, Op::forward_terms(p), arrays.arithmetic))));
    EXPECT_TRUE(y.intact());
    launch(again.data(), xs.data(), ws.data(), bs.data());
    EXPECT_EQ(y.values(), again.values()) << "the same inputs gave other bits";
  });
}

/// `masked`: the input is the output of a ReLU, so its gradient is masked.
template <class Op, class ForEach>
void check_data_gradient(const typename Op::Problem& p, bool masked, const ForEach& for_each) {
  const auto stored = &as_stored<typename Op::Stored>;
  const auto dy = stored(random_values(Op::y_size(p), 1)), w = stored(random_values(Op::w_size(p), 2));
  const auto relu_output = stored(random_values(Op::x_size(p), 3));
  const ref::Sums want = Op::data_gradient(p, dy.data(), w.data(), masked ? relu_output.data() : nullptr);
  for_each([&](const auto& arrays, auto launch) {
    auto dys = arrays.input(dy), ws = arrays.input(w), mask = arrays.input(relu_output);
    auto dx = arrays.stored(want.value.size()), again = arrays.stored(want.value.size());
    launch(dx.data(), dys.data(), ws.data(), masked ? mask.data() : nullptr);
    EXPECT_TRUE(agree(
        dx.values(), want.value,
        stored_bounds<typename Op::Stored>(want.value, bounds(want, Op::data_gradient_terms(p), arrays.arithmetic))));
    EXPECT_TRUE(dx.intact());
    launch(again.data(), dys.data(), ws.data(), masked ? mask.data() : nullptr);
    EXPECT_EQ(dx.values(), again.values()) << "the same inputs gave other bits";
  });
}

template <class Op, class ForEach>
void check_filter_gradient(const typename Op::Problem& p, const ForEach& for_each) {
  const auto stored = &as_stored<typename Op::Stored>;
  const auto x = stored(random_values(Op::x_size(p), 1)), dy = stored(random_values(Op::y_size(p), 2));
  ref::Sums want_dw(Op::w_size(p)), want_db(Op::outputs(p));
  Op::filter_gradient(p, x.data(), dy.data(), want_dw, want_db);
  const std::int64_t terms = Op::filter_gradient_terms(p);
  for_each([&](const auto& arrays, auto launch) {
    auto xs = arrays.input(x), dys = arrays.input(dy);
    auto dw = arrays.output(want_dw.value.size()), db = arrays.output(want_db.value.size());
    auto dw2 = arrays.output(dw.size()), db2 = arrays.output(db.size());
    launch(dw.data(), db.data(), xs.data(), dys.data());
    auto dw_bounds = bounds(want_dw, terms, arrays.arithmetic);
    if (arrays.gradient_is_stored) dw_bounds = stored_bounds<typename Op::Stored>(want_dw.value, dw_bounds);
    EXPECT_TRUE(agree(dw.values(), want_dw.value, dw_bounds));
    EXPECT_TRUE(agree(db.values(), want_db.value, bounds(want_db, terms)));
    EXPECT_TRUE(dw.intact());
    EXPECT_TRUE(db.intact());
    launch(dw2.data(), db2.data(), xs.data(), dys.data());
    EXPECT_EQ(dw.values(), dw2.values()) << "the same inputs gave other bits";
    EXPECT_EQ(db.values(), db2.values());
  });
}

}  // namespace gs::test
