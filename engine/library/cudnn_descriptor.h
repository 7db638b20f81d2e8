// cudnn_descriptor.h - RAII wrapper of cuDNN backend descriptors.
#pragma once
#include <cudnn.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "kernels/common/check.h"

namespace gs {

/// Throws gs::Error with the status name and cuDNN's last message unless the status is success.
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

  /// No attribute can be set afterwards. Throws gs::Error if cuDNN rejects the attributes.
  CudnnDescriptor& finalize(source_location where = source_location::current()) {
    check_cudnn(cudnnBackendFinalize(descriptor_), "finalising a cuDNN descriptor", where);
    return *this;
  }
  /// Returns false instead of throwing, for descriptors that may be unsupported.
  bool try_finalize() { return cudnnBackendFinalize(descriptor_) == CUDNN_STATUS_SUCCESS; }

  std::int64_t integer(cudnnBackendAttributeName_t name) const {
    std::int64_t value = 0, count = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_INT64, 1, &count, &value),
                "reading a cuDNN attribute");
    return value;
  }
  /// cuDNN writes results into descriptors created by the caller.
  CudnnDescriptor descriptor(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
    CudnnDescriptor result(type);
    std::int64_t count = 0;
    check_cudnn(
        cudnnBackendGetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &result.descriptor_),
        "reading a cuDNN attribute");
    return result;
  }
  /// All values of an attribute with a variable number of values.
  template <class T>
  std::vector<T> values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
    std::vector<T> result(std::size_t(room_for(name, type)));
    return read(name, type, std::move(result));
  }
  std::vector<CudnnDescriptor> descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type) const {
    std::vector<CudnnDescriptor> result;
    std::vector<cudnnBackendDescriptor_t> raw;
    for (std::int64_t i = room_for(name, CUDNN_TYPE_BACKEND_DESCRIPTOR); i > 0; --i) {
      result.emplace_back(type);
      raw.push_back(result.back().descriptor_);
    }
    result.resize(read(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, std::move(raw)).size());
    return result;
  }

 private:
  /// An array length sufficient for all values of the attribute. Queried with a null array, cuDNN 9.19 reports 0 knob
  /// choices of an engine configuration, however many it has, and too many results of the heuristics; an array that is
  /// too short is filled without an error. So the minimum is one knob of each kind, more than there are kinds of notes.
  std::int64_t room_for(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
    std::int64_t claimed = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, type, 0, &claimed, nullptr), "reading a cuDNN attribute");
    return std::max<std::int64_t>(claimed, CUDNN_KNOB_TYPE_COUNTS);
  }
  /// Lets cuDNN fill `room`, and shrinks it to the number of values written.
  template <class T>
  std::vector<T> read(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::vector<T> room) const {
    std::int64_t count = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, type, std::int64_t(room.size()), &count, room.data()),
                "reading a cuDNN attribute");
    room.resize(std::size_t(count));
    return room;
  }

  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace gs
