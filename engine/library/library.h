// library.h - what a vendor's library offers for a problem: implementations that look like the project's own
// techniques.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "kernels/dense/dense.h"

namespace gs {

/// One way to run an op on a device: an own technique's row, or a library's primitive bound to this very problem.
/// `launch` has the op's own arguments; its workspace has at least `workspace_bytes`, 256-byte aligned, and no other
/// step writes it meanwhile.
template <class Op>
struct Implementation {
  std::string name;  ///< "direct", "onednn", "cudnn:eng13{k2=4}": what the table of implementations is written with
  std::string note;  ///< what the library says of it (kernel, tensor cores), for --explain
  std::size_t workspace_bytes = 0;
  std::function<typename Op::Launch> launch;
  bool tensor_cores = false;  ///< an own technique whose row declares them; a library says it in its note, if at all
};

/// A vendor's library on one device. Each call lists what it offers for the problem, best guess first; all are
/// deterministic. An empty list means that the library has nothing for it. The first name of each list's family is
/// `name()`.
class Library {
 public:
  virtual ~Library() = default;
  virtual std::string name() const = 0;  ///< "onednn", "cudnn + cublaslt"
  virtual std::string version() const = 0;
  virtual std::vector<Implementation<Conv2dForward>> conv2d_forward(const Conv2d&) = 0;
  virtual std::vector<Implementation<Conv2dDataGradient>> conv2d_data_gradient(const Conv2d&) = 0;
  virtual std::vector<Implementation<Conv2dFilterGradient>> conv2d_filter_gradient(const Conv2d&) = 0;
  virtual std::vector<Implementation<DenseForward>> dense_forward(const Dense&) = 0;
  virtual std::vector<Implementation<DenseDataGradient>> dense_data_gradient(const Dense&) = 0;
  virtual std::vector<Implementation<DenseFilterGradient>> dense_filter_gradient(const Dense&) = 0;
};

}  // namespace gs
