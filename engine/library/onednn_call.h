// onednn_call.h - a oneDNN primitive with its arguments, created once and bound to buffers at each launch.
#pragma once
#include <cstddef>
#include <dnnl.hpp>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace gs::onednn {

/// The CPU engine and in-order stream of all primitives of a library object.
struct Runtime {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// Sets OpenMP's number of threads in this scope. A Call made in it keeps that number.
class ThreadCount {
 public:
  explicit ThreadCount(int threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// An argument of a primitive: DNNL_ARG_SRC etc., and its layout.
using Tensor = std::pair<int, dnnl::memory::desc>;

/// A primitive and its arguments, including oneDNN's scratchpad, so that bind() and run() allocate nothing.
class Call {
 public:
  Call(const Runtime&, const dnnl::primitive&, const std::vector<Tensor>&);
  /// Sets the buffer of an argument. Arguments of 0 bytes, such as an unneeded scratchpad, are ignored.
  void bind(int argument, const void* data);
  /// Runs with the number of threads at construction, not the caller's: primitives divide their scratchpad among the
  /// threads that they were created for. Throws dnnl::error.
  void run();

 private:
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  int threads_;
};

/// Weights of an operation: the project's layout, and the layout of oneDNN's fastest kernel.
struct Weights {
  int argument;  ///< DNNL_ARG_WEIGHTS (input) or DNNL_ARG_DIFF_WEIGHTS (output)
  dnnl::memory::desc stored, preferred;
};

/// An operation with weights, which are reordered in the workspace if the layouts differ.
class Product {
 public:
  /// `tensors`: all arguments except weights and scratchpad.
  Product(const Runtime&, const dnnl::primitive&, const dnnl::memory::desc& scratchpad, const Weights&,
          std::vector<Tensor> tensors);
  std::size_t workspace_bytes() const { return workspace_bytes_; }
  /// Throws dnnl::error.
  void run(const void* weights, std::initializer_list<std::pair<int, const void*>> tensors, void* workspace);

 private:
  Call main_;
  int weights_argument_;
  std::vector<Call> reorder_;  // none or one: before the operation, or after it when the weights are an output
  std::size_t preferred_at_ = 0, reorder_scratchpad_at_ = 0, workspace_bytes_ = 0;
};

/// Attributes of all operations: the caller provides the scratchpad. `relu`: apply a ReLU to the result.
dnnl::primitive_attr attributes(bool relu);

/// True for oneDNN's reference loops, which are hundreds of times slower than its other kernels.
bool is_reference(std::string_view implementation);

}  // namespace gs::onednn
