// simulated_cudnn.cpp - cuDNN without a GPU: the real library checks every attribute and finalises every plan for a
// described H200; this file executes the plans on the CPU.
//
// The backend functions that the engine calls are overridden here: they record attributes and forward to the library.
// The library creates no handle without a GPU, so attributes that take a handle get the device description instead.
#include <cudnn.h>
#include <dlfcn.h>

#include <cstring>
#include <mutex>

#include "engine/library/simulated_cudnn_graph.h"
#include "engine/simulated_cuda/described_h200.h"
#include "engine/simulated_cuda/runtime.h"
#include "kernels/common/check.h"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace gs::simulated_cuda {
namespace {

/// The library's function of this name.
template <class Function>
Function* real(Function*, const char* name) {
  void* const found = dlsym(RTLD_NEXT, name);
  require(found != nullptr, "cuDNN lacks a function that the simulation overrides");
  return reinterpret_cast<Function*>(found);
}

std::map<cudnnBackendDescriptor_t, std::shared_ptr<Attributes>>& noted() {
  static std::map<cudnnBackendDescriptor_t, std::shared_ptr<Attributes>> all;
  return all;
}

cudnnBackendDescriptor_t described_h200() {
  static const cudnnBackendDescriptor_t device = [] {
    cudnnBackendDescriptor_t d = nullptr;
    const auto made = cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &d);
    require(made == CUDNN_STATUS_SUCCESS, "cuDNN cannot create a device description");
    cudnnBackendSetAttribute(d, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                             std::int64_t(std::strlen(h200_in_words)), h200_in_words);
    require(cudnnBackendFinalize(d) == CUDNN_STATUS_SUCCESS, "cuDNN rejects the device description");
    return d;
  }();
  return device;
}

template <class T>
std::vector<std::int64_t> as_integers(const void* values, std::int64_t count) {
  std::vector<std::int64_t> result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back(std::int64_t(static_cast<const T*>(values)[i]));
  return result;
}

void note(Attributes& a, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
          const void* values) {
  switch (type) {
    case CUDNN_TYPE_INT64:
      a.integers[name] = as_integers<std::int64_t>(values, count);
      break;
    case CUDNN_TYPE_BOOLEAN:
      a.integers[name] = as_integers<bool>(values, count);
      break;
    case CUDNN_TYPE_DATA_TYPE:
    case CUDNN_TYPE_CONVOLUTION_MODE:
    case CUDNN_TYPE_POINTWISE_MODE:
      a.integers[name] = as_integers<std::int32_t>(values, count);
      break;
    case CUDNN_TYPE_VOID_PTR:
      a.integers[name].clear();
      for (std::int64_t i = 0; i < count; ++i)
        a.integers[name].push_back(reinterpret_cast<std::int64_t>(static_cast<void* const*>(values)[i]));
      break;
    case CUDNN_TYPE_FLOAT:
      a.reals[name] = {static_cast<const float*>(values)[0]};
      break;
    case CUDNN_TYPE_BACKEND_DESCRIPTOR:
      a.descriptors[name].clear();
      for (std::int64_t i = 0; i < count; ++i)
        a.descriptors[name].push_back(noted().at(static_cast<const cudnnBackendDescriptor_t*>(values)[i]));
      break;
    default:
      break;  // irrelevant to the results
  }
}

}  // namespace
}  // namespace gs::simulated_cuda

using namespace gs::simulated_cuda;

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  *handle = new cudnnContext;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t* made) {
  static const auto library = real(&cudnnBackendCreateDescriptor, "cudnnBackendCreateDescriptor");
  const auto lock = lock_runtime();
  const cudnnStatus_t status = library(type, made);
  if (status == CUDNN_STATUS_SUCCESS) noted()[*made] = std::make_shared<Attributes>(Attributes{type, {}, {}, {}});
  return status;
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  static const auto library = real(&cudnnBackendDestroyDescriptor, "cudnnBackendDestroyDescriptor");
  const auto lock = lock_runtime();
  noted().erase(descriptor);
  return library(descriptor);
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count, const void* values) {
  static const auto library = real(&cudnnBackendSetAttribute, "cudnnBackendSetAttribute");
  const auto lock = lock_runtime();
  const auto describe = [&](cudnnBackendAttributeName_t where) {
    const cudnnBackendDescriptor_t device = described_h200();
    return library(descriptor, where, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &device);
  };
  if (name == CUDNN_ATTR_OPERATIONGRAPH_HANDLE) return CUDNN_STATUS_SUCCESS;
  if (name == CUDNN_ATTR_EXECUTION_PLAN_HANDLE) return describe(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
  if (name == CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH)
    if (const cudnnStatus_t status = describe(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP); status != CUDNN_STATUS_SUCCESS)
      return status;
  if (name == CUDNN_ATTR_TENSOR_STRIDES && refuses_tensors_with_gaps) {
    const std::int64_t channels = noted().at(descriptor)->all(CUDNN_ATTR_TENSOR_DIMENSIONS).at(1);
    if (static_cast<const std::int64_t*>(values)[count - 1] > channels) return CUDNN_STATUS_NOT_SUPPORTED;
  }
  note(*noted().at(descriptor), name, type, count, values);
  return library(descriptor, name, type, count, values);
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t wanted, std::int64_t* count,
                                       void* values) {
  static const auto library = real(&cudnnBackendGetAttribute, "cudnnBackendGetAttribute");
  const auto lock = lock_runtime();
  const cudnnStatus_t status = library(descriptor, name, type, wanted, count, values);
  if (status == CUDNN_STATUS_SUCCESS && name == CUDNN_ATTR_ENGINEHEUR_RESULTS && values)
    for (std::int64_t i = 0; i < std::min(wanted, *count); ++i)  // each result belongs to the queried graph
      noted().at(static_cast<cudnnBackendDescriptor_t*>(values)[i])->descriptors = {
          {CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH,
           noted().at(descriptor)->descriptors.at(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH)}};
  return status;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack) {
  const auto lock = lock_runtime();
  const Attributes bound = *noted().at(pack);  // a copy: the pack may be destroyed before the call runs
  const auto graph = noted()
                         .at(plan)
                         ->descriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)
                         .descriptors.at(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH)
                         .at(0);
  std::int64_t workspace_bytes = 0, count = 0;
  cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &count,
                           &workspace_bytes);
  const auto workspace = reinterpret_cast<void*>(bound.integer(CUDNN_ATTR_VARIANT_PACK_WORKSPACE));
  if (workspace_bytes > 0 && !workspace) return CUDNN_STATUS_BAD_PARAM;
  const cudaError_t error =
      enqueue_library_call(handle->stream, "simulated_cudnn", workspace, std::size_t(workspace_bytes),
                           [bound, graph] { run_graph(*graph, bound); });
  return error == cudaSuccess ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_EXECUTION_FAILED;
}
