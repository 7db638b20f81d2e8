// library.h - what a vendor's library offers for a problem: implementations that look like the project's own
// variants.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// One way to run an op on a device: an own variant's row, or a library's primitive bound to this very problem.
/// `launch` has the op's own arguments; its workspace has at least `workspace_bytes`, 256-byte aligned, and no other
/// step writes it meanwhile.
template <class Op>
struct Implementation {
  std::string name;  ///< "direct", "onednn", "cudnn:eng13{2=4}": what the table of implementations is written with
  std::string note;  ///< what the library says of it (kernel, tensor cores), for --explain
  std::size_t workspace_bytes = 0;
  std::function<typename Op::Launch> launch;
  bool tensor_cores = false;  ///< an own variant that declares them; a library says it in its note, if at all
  bool own = false;           ///< an own variant
};

/// What a vendor's library has for layers whose activations are stored as T. Each call lists what it offers for the
/// problem, best guess first; all are deterministic. An empty list means that the library has nothing for it.
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

/// A vendor's library on one device.
class Library {
 public:
  virtual ~Library() = default;
  virtual std::string name() const = 0;  ///< "onednn", "cuDNN + cuBLASLt"
  virtual std::string version() const = 0;
  virtual LayerLibrary<float>& fp32() = 0;
  virtual LayerLibrary<gs::bf16>* bf16() { return nullptr; }  ///< null: it has nothing in bf16

  template <class T>
  LayerLibrary<T>* of() {
    if constexpr (std::is_same_v<T, float>)
      return &fp32();
    else
      return bf16();
  }
};

}  // namespace gs
