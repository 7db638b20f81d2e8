// cudnn_plans.h - which execution plans cuDNN has for a convolution. With a handle they can be executed; with a
// described device (cuDNN's JSON) they can only be asked for, on a machine without a GPU.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/library/cudnn_descriptor.h"
#include "engine/net/recipe.h"
#include "kernels/conv2d/conv2d.h"

namespace gs {

enum class ConvolutionOp { forward, data_gradient, filter_gradient };

/// Ids of the tensors that a plan's pointers are bound to.
enum CudnnTensor : std::int64_t { cudnn_x = 1, cudnn_w, cudnn_y, cudnn_bias };

struct CudnnPlan {
  CudnnDescriptor plan;
  std::int64_t engine = 0;
  std::string name;  ///< "cudnn:eng13{2=4,5=1}": engine and knobs, so that a table of implementations can name it again
  std::string note;  ///< "tensor cores" or ""
  std::size_t workspace_bytes = 0;
};

/// Where the plans are to run: a handle, or a device described in JSON.
struct CudnnTarget {
  cudnnHandle_t handle = nullptr;
  std::string device_json;
};

inline constexpr std::size_t cudnn_workspace_limit = std::size_t(256) << 20;
/// The heuristics may put ten configurations of one engine before the first of another, so an engine is held to a few.
/// With three, cuDNN 9.19 has 4 to 21 plans for a convolution of this project's networks on an H200, and nearly every
/// engine on tensor cores begins among the first 16: behind them are mostly plain loops. Of an engine whose kernels are
/// compiled when a plan is made there is one plan, since each would cost a compilation at every start.
inline constexpr std::ptrdiff_t cudnn_most_plans_of_engine = 3;
inline constexpr std::size_t cudnn_most_plans = 16;

/// Deterministic plans within the workspace limit, best guess of cuDNN's heuristics first; each has a name of its own.
/// NHWC and KRSC; forward is convolution + bias (+ ReLU) as one graph. In fp32 tensor-core plans are left out, since
/// they round their inputs. In bf16 all tensors are, the bias and the filter gradient among them: cuDNN has no plan
/// that writes it as fp32. Sums are fp32 always. Throws gs::Error when cuDNN refuses the description itself.
std::vector<CudnnPlan> cudnn_plans(ConvolutionOp, const Conv2d&, Precision, const CudnnTarget&);

/// Runs a plan: one pointer per id, and a workspace of at least its size.
void run_cudnn_plan(cudnnHandle_t, const CudnnPlan&, std::initializer_list<std::int64_t> ids,
                    std::initializer_list<const void*> pointers, void* workspace);

}  // namespace gs
