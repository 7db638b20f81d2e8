// device_array.h - an array of the simulated GPU for one call of a user's function.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels/sim/device_memory.h"

namespace gs::apps {

/// `count` values with memory of their own around them, so that an index that is off by some damages nothing, and the
/// race checker says past which array it went. It begins as NaN (all bits set): an element that a kernel leaves out is
/// seen.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::int64_t count) : bytes_(std::size_t(count) * sizeof(T)) {
    const std::size_t whole = (bytes_ + 2 * margin + alignment - 1) / alignment * alignment;
    memory_ = static_cast<char*>(std::aligned_alloc(alignment, whole));
    if (!memory_) throw std::bad_alloc();
    std::memset(memory_, 0xff, whole);
    simulator::register_memory(memory_ + margin, bytes_, {"", sizeof(T), {}, false, false, margin});
  }
  DeviceArray(const T* values, std::int64_t count) : DeviceArray(count) { std::copy_n(values, count, data()); }
  ~DeviceArray() {
    simulator::unregister_memory(memory_ + margin);
    std::free(memory_);
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return reinterpret_cast<T*>(memory_ + margin); }
  T& operator[](std::int64_t i) const { return data()[i]; }
  void copy_to(T* values) const { std::memcpy(values, data(), bytes_); }

 private:
  static constexpr std::size_t alignment = 256, margin = 64 << 10;

  std::size_t bytes_;
  char* memory_;
};

}  // namespace gs::apps
