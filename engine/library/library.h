// library.h - the interface of a vendor library: its implementations of a problem, called like own variants.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// A library's implementation of an op, bound to one problem. `launch` has the op's arguments; its workspace has at
/// least `workspace_bytes`, is 256-byte aligned, and no other call writes it meanwhile.
template <class Op>
struct Implementation {
  std::string name;  ///< "onednn", "cudnn:eng13{2=4}": its name in the table of implementations
  std::string note;  ///< the library's description (kernel, tensor cores), for --explain
  std::size_t workspace_bytes = 0;
  std::function<typename Op::Launch> launch;
};

/// A vendor library's ops for activations stored as T. Each function lists implementations of the problem, best guess
/// first; all are deterministic. The list is empty if the library has none.
template <class T>
class LayerLibrary {
 public:
  virtual ~LayerLibrary() = default;
  virtual std::vector<Implementation<Conv2dForward<T>>> conv2d_forward(const Conv2d&) = 0;
  virtual std::vector<Implementation<Conv2dDataGradient<T>>> conv2d_data_gradient(const Conv2d&) = 0;
  virtual std::vector<Implementation<Conv2dFilterGradient<T>>> conv2d_filter_gradient(const Conv2d&) = 0;
  virtual std::vector<Implementation<DenseForward<T>>> dense_forward(const Dense&) = 0;
  virtual std::vector<Implementation<DenseDataGradient<T>>> dense_data_gradient(const Dense&) = 0;
  virtual std::vector<Implementation<DenseWeightGradient<T>>> dense_weight_gradient(const Dense&) = 0;
};

/// A vendor library on one device.
class Library {
 public:
  virtual ~Library() = default;
  virtual std::string name() const = 0;  ///< "onednn", "cuDNN + cuBLASLt"
  virtual std::string version() const = 0;
  virtual LayerLibrary<float>& fp32() = 0;
  virtual LayerLibrary<gs::bf16>* bf16() { return nullptr; }  ///< null: no bf16 support

  template <class T>
  LayerLibrary<T>* of() {
    if constexpr (std::is_same_v<T, float>)
      return &fp32();
    else
      return bf16();
  }
};

/// The library's implementations of an op's problem, as in LayerLibrary; empty for other ops.
template <class Op>
std::vector<Implementation<Op>> offers(Library&, Op, const typename Op::Problem&) {
  return {};
}
template <class T>
std::vector<Implementation<Conv2dForward<T>>> offers(Library& library, Conv2dForward<T>, const Conv2d& p) {
  return library.of<T>() ? library.of<T>()->conv2d_forward(p) : std::vector<Implementation<Conv2dForward<T>>>();
}
template <class T>
std::vector<Implementation<Conv2dDataGradient<T>>> offers(Library& library, Conv2dDataGradient<T>, const Conv2d& p) {
  return library.of<T>() ? library.of<T>()->conv2d_data_gradient(p)
                         : std::vector<Implementation<Conv2dDataGradient<T>>>();
}
template <class T>
std::vector<Implementation<Conv2dFilterGradient<T>>> offers(Library& library, Conv2dFilterGradient<T>,
                                                            const Conv2d& p) {
  return library.of<T>() ? library.of<T>()->conv2d_filter_gradient(p)
                         : std::vector<Implementation<Conv2dFilterGradient<T>>>();
}
template <class T>
std::vector<Implementation<DenseForward<T>>> offers(Library& library, DenseForward<T>, const Dense& p) {
  return library.of<T>() ? library.of<T>()->dense_forward(p) : std::vector<Implementation<DenseForward<T>>>();
}
template <class T>
std::vector<Implementation<DenseDataGradient<T>>> offers(Library& library, DenseDataGradient<T>, const Dense& p) {
  return library.of<T>() ? library.of<T>()->dense_data_gradient(p)
                         : std::vector<Implementation<DenseDataGradient<T>>>();
}
template <class T>
std::vector<Implementation<DenseWeightGradient<T>>> offers(Library& library, DenseWeightGradient<T>, const Dense& p) {
  return library.of<T>() ? library.of<T>()->dense_weight_gradient(p)
                         : std::vector<Implementation<DenseWeightGradient<T>>>();
}

}  // namespace gs
