// onednn_call.h - a oneDNN primitive with its arguments, made once and bound to buffers at each launch.
#pragma once
#include <cstddef>
#include <dnnl.hpp>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace gs::onednn {

/// Where all primitives of a library object run: the CPU, in the order of the calls.
struct Runtime {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// OpenMP's number of threads in this scope: those that a primitive made in it uses, whoever calls it later.
class ThreadCount {
 public:
  explicit ThreadCount(int threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// One of a primitive's arguments: DNNL_ARG_SRC and the like, with the layout it was made for.
using Tensor = std::pair<int, dnnl::memory::desc>;

/// A primitive and its arguments. bind() and run() allocate nothing of ours; oneDNN's scratchpad is an argument too.
class Call {
 public:
  Call(const Runtime&, const dnnl::primitive&, const std::vector<Tensor>&);
  /// Says where an argument lies. Arguments of no bytes, and a scratchpad that is not needed, are ignored.
  void bind(int argument, const void* data);
  /// Runs with the number of threads that the call was made with, whatever the caller's is now: primitives divide their
  /// scratchpad among the threads that they were created for. Throws dnnl::error.
  void run();

 private:
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  int threads_;
};

/// The weights of an operation: as the project stores them, and as oneDNN's fastest kernel wants them.
struct Weights {
  int argument;  ///< DNNL_ARG_WEIGHTS, or DNNL_ARG_DIFF_WEIGHTS: then they are an output
  dnnl::memory::desc stored, preferred;
};

/// An operation with weights. Where the layouts differ, the weights pass through the workspace on their way.
class Product {
 public:
  /// `tensors` are all arguments but the weights and the scratchpad.
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

/// The attributes that all operations share: the scratchpad is ours. `relu`: the result passes through a ReLU.
dnnl::primitive_attr attributes(bool relu);

/// Is this one of oneDNN's plain loops, which are hundreds of times slower than its other kernels?
bool is_reference(std::string_view implementation);

}  // namespace gs::onednn
