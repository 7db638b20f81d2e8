// cudnn_plans.h - cuDNN's execution plans for a convolution. With a handle they can be executed; with a device
// described in cuDNN's JSON they can only be listed, on a machine without a GPU.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/library/cudnn_descriptor.h"
#include "engine/net/recipe.h"
#include "kernels/conv2d/conv2d.h"

namespace gs {

enum class ConvolutionOp { forward, data_gradient, filter_gradient };

/// The groups of a convolution in one call, or in one each.
enum class Groups {
  together,  ///< one convolution with groups
  apart      ///< a convolution per group, without groups, on its channels of the whole x and y
};

/// Ids of the tensors that a plan's pointers are bound to.
enum CudnnTensor : std::int64_t { cudnn_x = 1, cudnn_w, cudnn_y, cudnn_bias, cudnn_tensors };

struct CudnnPlan {
  CudnnDescriptor plan;
  std::int64_t engine = 0;
  std::string name;  ///< "cudnn:eng13{2=4,5=1}": engine and knobs, which identify the plan in later runs;
                     ///< "cudnn:apart:eng13{2=4,5=1}" with groups apart
  std::string note;  ///< "tensor cores" or ""
  std::size_t workspace_bytes = 0;
  int calls = 1;                                         ///< of the plan: one, or one per group
  std::array<std::int64_t, cudnn_tensors> call_bytes{};  ///< by id: how far the next call's part of a tensor is
};

/// Target device of the plans: a handle, or a device described in JSON.
struct CudnnTarget {
  cudnnHandle_t handle = nullptr;
  std::string device_json;
};

inline constexpr std::size_t cudnn_workspace_limit = std::size_t(256) << 20;
/// The heuristics may list ten configurations of one engine before the next engine, so plans per engine are limited.
/// With a limit of three, cuDNN 9.19 has 4 to 21 plans for a convolution of this project's networks on an H200. The
/// first 16 include nearly every engine with tensor cores; the rest are mostly plain loops. An engine that compiles
/// kernels at run time gets one plan, since each costs a compilation at every start.
inline constexpr std::ptrdiff_t cudnn_most_plans_of_engine = 3;
inline constexpr std::size_t cudnn_most_plans = 16;
/// A guess: with more groups, the starts of as many kernels are expected to cost more than tensor cores save.
inline constexpr int cudnn_most_groups_apart = 4;

/// Deterministic plans within the workspace limit, in the order of cuDNN's heuristics, with unique names. Layouts are
/// NHWC and KRSC; forward is convolution + bias (+ ReLU) as one graph. fp32 excludes tensor-core plans, since they
/// round their inputs. In bf16 all tensors are bf16, including the bias and the filter gradient: cuDNN has no plan with
/// an fp32 gradient. Sums are always fp32. Throws gs::Error if cuDNN rejects the operation graph.
std::vector<CudnnPlan> cudnn_plans(ConvolutionOp, const Conv2d&, Precision, const CudnnTarget&,
                                   Groups = Groups::together);

/// Runs a plan. `pointers` has one pointer per id, to the whole tensor; `workspace` has at least plan.workspace_bytes,
/// which the calls use one after another.
void run_cudnn_plan(cudnnHandle_t, const CudnnPlan&, std::initializer_list<std::int64_t> ids,
                    std::initializer_list<const void*> pointers, void* workspace);

}  // namespace gs
