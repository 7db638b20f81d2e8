// cudnn_descriptor.h - cuDNN's backend descriptors as owned values: made, filled with attributes, finalised, destroyed.
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
  /// All values of an attribute, which has any number of them.
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
  /// A length of array that all values of the attribute fit into. Asked with an array of none, cuDNN 9.19 answers 0 of
  /// an engine configuration's knob choices, however many there are, and of the heuristics' results more than it then
  /// has; an array that is too short it fills, and says nothing of the rest. So there is room for one knob of each kind
  /// at least, which is more than there are kinds of notes.
  std::int64_t room_for(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const {
    std::int64_t claimed = 0;
    check_cudnn(cudnnBackendGetAttribute(descriptor_, name, type, 0, &claimed, nullptr), "reading a cuDNN attribute");
    return std::max<std::int64_t>(claimed, CUDNN_KNOB_TYPE_COUNTS);
  }
  /// `room` with what cuDNN wrote into it, cut to that length.
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
