// library_test.cpp - what a vendor's library offers (oneDNN on the CPU; cuDNN and cuBLASLt on a GPU) against the
// references in fp64: every implementation of every convolution and dense layer, odd sizes and all.
#include "engine/library/library.h"

#include <gtest/gtest.h>

#include "tests/support/compare.h"
#include "tests/support/engines.h"
#include "tests/support/on_device.h"
#include "tests/support/products.h"

namespace gs::test {
struct ConvolutionCalls : Convolution {
  static auto forward_list(Library& l, const Conv2d& p) { return l.conv2d_forward(p); }
  static auto data_gradient_list(Library& l, const Conv2d& p) { return l.conv2d_data_gradient(p); }
  static auto filter_gradient_list(Library& l, const Conv2d& p) { return l.conv2d_filter_gradient(p); }
};
struct FullyConnectedCalls : FullyConnected {
  static auto forward_list(Library& l, const Dense& p) { return l.dense_forward(p); }
  static auto data_gradient_list(Library& l, const Dense& p) { return l.dense_data_gradient(p); }
  static auto filter_gradient_list(Library& l, const Dense& p) { return l.dense_filter_gradient(p); }
};

namespace {

template <class Op>
class LibraryProducts : public testing::Test {
 protected:
  void SetUp() override {
    device_ = open(engines[0]);
    if (!device_) GTEST_SKIP() << "no GPU";
    if (!device_->library()) GTEST_SKIP() << "this build has no library for " << device_->name();
  }

  template <class T>
  OnDevice<T> on_device(const std::vector<T>& values) {
    return {*device_, values};
  }
  OnDevice<float> output(std::size_t size) { return {*device_, size}; }

  /// Calls body(launch) for every implementation; launch(arguments...) runs it with a workspace full of NaN. Returns
  /// how many there were.
  template <class List, class Body>
  int for_each(const List& list, const typename Op::Problem& p, Body&& body) {
    for (const auto& implementation : list) {
      SCOPED_TRACE(implementation.name);
      OnDevice<unsigned char> workspace(*device_, implementation.workspace_bytes);
      body([&](auto... arguments) { implementation.launch(arguments..., p, workspace.data(), device_->stream()); });
    }
    return int(list.size());
  }

  std::unique_ptr<Device> device_;
};
using Calls = testing::Types<ConvolutionCalls, FullyConnectedCalls>;
TYPED_TEST_SUITE(LibraryProducts, Calls);

TYPED_TEST(LibraryProducts, ForwardAgainstTheReference) {
  using Op = TypeParam;
  int found = 0;
  for (auto p : Op::problems())
    for (const bool relu : {false, true}) {
      p.relu = relu;
      SCOPED_TRACE(Op::describe(p));
      const auto x = random_values(Op::x_size(p), 1), w = random_values(Op::w_size(p), 2),
                 b = random_values(Op::outputs(p), 3);
      const ref::Sums want = Op::forward(p, x.data(), w.data(), b.data());
      found += this->for_each(Op::forward_list(*this->device_->library(), p), p, [&](auto launch) {
        auto xs = this->on_device(x), ws = this->on_device(w), bs = this->on_device(b);
        auto y = this->output(want.value.size()), again = this->output(want.value.size());
        launch(y.data(), xs.data(), ws.data(), bs.data());
        EXPECT_TRUE(agree(y.values(), want.value, bounds(want, Op::forward_terms(p))));
        launch(again.data(), xs.data(), ws.data(), bs.data());
        EXPECT_EQ(y.values(), again.values()) << "the same inputs gave other bits";
      });
      if (this->HasFailure()) return;
    }
  EXPECT_GT(found, 0) << "the library offers nothing";
}

TYPED_TEST(LibraryProducts, DataGradientAgainstTheReference) {
  using Op = TypeParam;
  int found = 0;
  for (const auto& p : Op::problems())
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(Op::describe(p) + (masked ? ", behind a ReLU" : ""));
      const auto dy = random_values(Op::y_size(p), 1), w = random_values(Op::w_size(p), 2);
      const auto relu_output = random_values(Op::x_size(p), 3);
      const ref::Sums want = Op::data_gradient(p, dy.data(), w.data(), masked ? relu_output.data() : nullptr);
      found += this->for_each(Op::data_gradient_list(*this->device_->library(), p), p, [&](auto launch) {
        auto dys = this->on_device(dy), ws = this->on_device(w), mask = this->on_device(relu_output);
        auto dx = this->output(want.value.size());
        launch(dx.data(), dys.data(), ws.data(), masked ? mask.data() : nullptr);
        EXPECT_TRUE(agree(dx.values(), want.value, bounds(want, Op::data_gradient_terms(p))));
      });
      if (this->HasFailure()) return;
    }
  EXPECT_GT(found, 0) << "the library offers nothing";
}

TYPED_TEST(LibraryProducts, FilterGradientAgainstTheReference) {
  using Op = TypeParam;
  int found = 0;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    const auto x = random_values(Op::x_size(p), 1), dy = random_values(Op::y_size(p), 2);
    ref::Sums want_dw(Op::w_size(p)), want_db(Op::outputs(p));
    Op::filter_gradient(p, x.data(), dy.data(), want_dw, want_db);
    const std::int64_t terms = Op::filter_gradient_terms(p);
    found += this->for_each(Op::filter_gradient_list(*this->device_->library(), p), p, [&](auto launch) {
      auto xs = this->on_device(x), dys = this->on_device(dy);
      auto dw = this->output(want_dw.value.size()), db = this->output(want_db.value.size());
      auto dw2 = this->output(dw.size()), db2 = this->output(db.size());
      launch(dw.data(), db.data(), xs.data(), dys.data());
      EXPECT_TRUE(agree(dw.values(), want_dw.value, bounds(want_dw, terms)));
      EXPECT_TRUE(agree(db.values(), want_db.value, bounds(want_db, terms)));
      launch(dw2.data(), db2.data(), xs.data(), dys.data());
      EXPECT_EQ(dw.values(), dw2.values()) << "the same inputs gave other bits";
      EXPECT_EQ(db.values(), db2.values());
    });
    if (this->HasFailure()) return;
  }
  EXPECT_GT(found, 0) << "the library offers nothing";
}

}  // namespace
}  // namespace gs::test
