// cudnn_descriptor.h - cuDNN's backend descriptors as owned values: made, filled with attributes, finalised, destroyed.
#pragma once
#include <cudnn.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "kernels/common/check.h"

namespace gs {

/// Throws gs::Error with cuDNN's name of the status and its own last message.
inline void check_cudnn(cudnnStatus_t status, std::string_view what,
                        source_location where = source_location::current()) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char message[512] = "";
  cudnnGetLastErrorString(message, sizeof message);
  throw Error(std::string(what) + ": " + cudnnGetErrorString(status) + " " + message + " (" + to_string(where) + ")");
}

class CudnnDescriptor {
 public:
  CudnnDescriptor() = default;
  explicit CudnnDescriptor(cudnnBackendDescriptorType_t type) {
    check_cudnn(cudnnBackendCreateDescriptor(type, &descriptor_), "making a cuDNN descriptor");
  }
  CudnnDescriptor(CudnnDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
  CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~CudnnDescriptor() {
    if (descriptor_) cudnnBackendDestroyDescriptor(descriptor_);
  }

  cudnnBackendDescriptor_t get() const { return descriptor_; }

  template <class T>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, const T* values,
                       std::int64_t count, source_location where = source_location::current()) {
    check_cudnn(cudnnBackendSetAttribute(descriptor_, name, type, count, values), "setting a cuDNN attribute", where);
    return *this;
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, std::initializer_list<std::int64_t> values,
                       source_location where = source_location::current()) {
    return set(name, CUDNN_TYPE_INT64, values.begin(), std::int64_t(values.size()), where);
  }
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, const CudnnDescriptor& other,
                       source_location where = source_location::current()) {
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, &other.descriptor_, 1, where);
  }
  template <class T>
  CudnnDescriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, T value,
                       source_location where = source_location::current()) {
    return set(name, type, &value, 1, where);
  }

  /// No attribute can be set afterwards. Throws when cuDNN finds the attributes wrong or unsupported.
  CudnnDescriptor& finalize(source_location where = source_location::current()) {
    check_cudnn(cudnnBackendFinalize(descriptor_), "finalising a cuDNN descriptor", where);
    return *this;
  }
  /// The same, for what may well be unsupported.
  bool try_finalize() { return cudnnBackendFinalize(descriptor_) == CUDNN_STATUS_SUCCESS; }

  std::int64_t integer(cudnnBackendAttributeName_t name) const {
    std::int64_t value = 0, count = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_INT64, 1, &count, &value),
                "reading a cuDNN attribute");
    return value;
  }
  /// cuDNN writes results into descriptors that the caller has made.
  CudnnDescriptor descriptor(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
    CudnnDescriptor result(type);
    std::int64_t count = 0;
    check_cudnn(
        cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &result.descriptor_),
        "reading a cuDNN attribute");
    return result;
  }
  std::vector<CudnnDescriptor> descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
    std::int64_t count = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr),
                "reading a cuDNN attribute");
    std::vector<CudnnDescriptor> result;
    std::vector<cudnnBackendDescriptor_t> raw;
    for (std::int64_t i = 0; i < count; ++i) {
      result.emplace_back(type);
      raw.push_back(result.back().descriptor_);
    }
    if (count > 0)  // the first count is an upper bound
      check_cudnn(cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &count, raw.data()),
                  "reading a cuDNN attribute");
    result.resize(std::size_t(count));
    return result;
  }

 private:
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace gs
