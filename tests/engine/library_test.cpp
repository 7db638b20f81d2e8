// library_test.cpp - every convolution and dense implementation of the libraries (oneDNN on the CPU; cuDNN and cuBLASLt
// on a GPU) against the references in fp64, odd sizes included.
#include "engine/library/library.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/engines.h"
#include "tests/support/on_device.h"
#include "tests/support/product_checks.h"

namespace gs::test {
template <class T>
struct ConvolutionCalls : ConvolutionOf<T> {
  static auto forward_list(Library& l, const Conv2d& p) { return l.of<T>()->conv2d_forward(p); }
  static auto data_gradient_list(Library& l, const Conv2d& p) { return l.of<T>()->conv2d_data_gradient(p); }
  static auto filter_gradient_list(Library& l, const Conv2d& p) { return l.of<T>()->conv2d_filter_gradient(p); }
};
template <class T>
struct FullyConnectedCalls : FullyConnectedOf<T> {
  static auto forward_list(Library& l, const Dense& p) { return l.of<T>()->dense_forward(p); }
  static auto data_gradient_list(Library& l, const Dense& p) { return l.of<T>()->dense_data_gradient(p); }
  static auto filter_gradient_list(Library& l, const Dense& p) { return l.of<T>()->dense_weight_gradient(p); }
};

namespace {

template <class Op>
class LibraryProducts : public testing::Test {
  using T = typename Op::Stored;

 protected:
  void SetUp() override {
    device_ = open(engines[0]);
    if (!device_) GTEST_SKIP() << "no GPU";
    if (!device_->library()) GTEST_SKIP() << "this build has no library for " << device_->name();
  }

  /// Memory for the checks of product_checks.h, without guards.
  struct Arrays {
    struct Output : OnDevice<float> {
      using OnDevice::OnDevice;
      static bool intact() { return true; }
    };
    struct StoredOutput : OnDevice<T> {
      using OnDevice<T>::OnDevice;
      std::vector<float> values() const { return widened_all(OnDevice<T>::values()); }
      static bool intact() { return true; }
    };
    static constexpr bool gradient_is_stored = std::is_same_v<T, bf16>;
    // open() allows no tf32; in bf16 the factors are exact, but tensor cores truncate sums as in tf32
    static constexpr Arithmetic arithmetic = std::is_same_v<T, bf16> ? Arithmetic::bf16 : Arithmetic::fp32;
    Device& device;
    OnDevice<T> input(const std::vector<float>& values) const { return {device, narrowed<T>(values)}; }
    StoredOutput stored(std::size_t size) const { return {device, size}; }
    Output output(std::size_t size) const { return {device, size}; }
  };

  /// for_each of product_checks.h over a list of implementations, each with a workspace full of NaN.
  template <class List>
  auto each(const List& list, const typename Op::Problem& p) {
    found_ += list.size();
    return [this, list, &p](const auto& body) {
      for (const auto& implementation : list) {
        SCOPED_TRACE(implementation.name);
        OnDevice<unsigned char> workspace(*device_, implementation.workspace_bytes);
        body(Arrays{*device_},
             [&](auto... arguments) { implementation.launch(arguments..., p, workspace.data(), device_->stream()); });
      }
    };
  }
  Library& library() { return *device_->library(); }

  std::size_t found_ = 0;  ///< implementations
  std::unique_ptr<Device> device_;
};
#ifdef GRIDSTRIDE_TESTED_GPU
using Calls = testing::Types<ConvolutionCalls<float>, FullyConnectedCalls<float>, ConvolutionCalls<bf16>,
                             FullyConnectedCalls<bf16>>;
#else
using Calls = testing::Types<ConvolutionCalls<float>, FullyConnectedCalls<float>>;
#endif
TYPED_TEST_SUITE(LibraryProducts, Calls);

TYPED_TEST(LibraryProducts, ForwardAgainstTheReference) {
  using Op = TypeParam;
  for (auto p : Op::problems())
    for (const bool relu : {false, true}) {
      p.relu = relu;
      SCOPED_TRACE(Op::describe(p));
      check_forward<Op>(p, this->each(Op::forward_list(this->library(), p), p));
      if (this->HasFailure()) return;
    }
  EXPECT_GT(this->found_, 0u) << "the library offers nothing";
}

TYPED_TEST(LibraryProducts, DataGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems())
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(Op::describe(p) + (masked ? ", behind a ReLU" : ""));
      check_data_gradient<Op>(p, masked, this->each(Op::data_gradient_list(this->library(), p), p));
      if (this->HasFailure()) return;
    }
  EXPECT_GT(this->found_, 0u) << "the library offers nothing";
}

TYPED_TEST(LibraryProducts, FilterGradientAgainstTheReference) {
  using Op = TypeParam;
  for (const auto& p : Op::problems()) {
    SCOPED_TRACE(Op::describe(p));
    check_filter_gradient<Op>(p, this->each(Op::filter_gradient_list(this->library(), p), p));
    if (this->HasFailure()) return;
  }
  EXPECT_GT(this->found_, 0u) << "the library offers nothing";
}

/// An implementation with `:slices` in its name gives the same bits on any number of threads.
TEST(Onednn, SlicesHaveTheSameBitsForEveryNumberOfThreads) {
  if (engines[0].device != std::string("cpu")) GTEST_SKIP() << "for the CPU only";
  for (const Conv2d& p : {Conv2d{.n = 8, .h = 20, .w = 18, .c = 16, .k = 32, .r = 3, .s = 3, .pad = 1},
                          Conv2d{.n = 5, .h = 9, .w = 11, .c = 3, .k = 7, .r = 3, .s = 3, .pad = 1}}) {
    SCOPED_TRACE(Convolution::describe(p));
    const auto x = random_values(p.x_size(), 1), dy = random_values(p.y_size(), 2);
    std::map<std::string, std::vector<std::vector<float>>> gradients;  // by implementation: dw, then db, per device
    for (const int threads : {1, 2, 3}) {
      const auto device = open_device({.name = "cpu", .threads = threads});
      if (!device->library()) GTEST_SKIP() << "this build has no library";
      for (const auto& implementation : device->library()->fp32().conv2d_filter_gradient(p)) {
        if (implementation.name.find(":slices") == std::string::npos) continue;
        OnDevice<float> xs(*device, x), dys(*device, dy), dw(*device, std::size_t(p.w_size())),
            db(*device, std::size_t(p.k));
        OnDevice<unsigned char> workspace(*device, implementation.workspace_bytes);
        implementation.launch(dw.data(), db.data(), xs.data(), dys.data(), p, workspace.data(), device->stream());
        gradients[implementation.name].push_back(dw.values());
        gradients[implementation.name].push_back(db.values());
      }
    }
    ASSERT_EQ(gradients.size(), p.n == 8 ? 3u : 2u);
    for (const auto& [name, of_devices] : gradients) {
      ASSERT_EQ(of_devices.size(), 6u) << name;
      for (std::size_t i = 2; i < of_devices.size(); ++i) EXPECT_EQ(of_devices[i], of_devices[i % 2]) << name;
    }
  }
}

}  // namespace
}  // namespace gs::test
