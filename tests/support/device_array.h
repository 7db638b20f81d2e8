// device_array.h - memory for the tested kernels: GPU memory in the GPU's test program, else host memory.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "kernels/sim/simulator.h"
#include "tests/support/tested_targets.h"
#ifdef GRIDSTRIDE_TESTED_GPU
#include "tests/support/on_device.h"
#endif

namespace gs::test {

#ifdef GRIDSTRIDE_TESTED_GPU
template <class T>
struct DeviceArray : OnDevice<T> {
  template <class From>  // a size or a vector
  explicit DeviceArray(const From& from) : OnDevice<T>(tested_gpu(), from) {}
};
#else
/// Memory for the CPU targets: 256-byte aligned, filled with NaN (0xff), registered with the race checker, and without
/// padding, so that AddressSanitizer detects any access past the end.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t size) : size_(size), data_(allocate(size * sizeof(T))) {}
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    if (size_ > 0) std::memcpy(static_cast<void*>(data_.get()), values.data(), size_ * sizeof(T));
  }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  std::vector<T> values() const { return {data_.get(), data_.get() + size_}; }

 private:
  struct Free {
    void operator()(T* memory) const {
      simulator::unregister_memory(memory);
      std::free(memory);
    }
  };
  static T* allocate(std::size_t bytes) {
    void* memory = nullptr;
    if (posix_memalign(&memory, 256, bytes > 0 ? bytes : 1) != 0) throw Error("out of memory in a test");
    std::memset(memory, 0xff, bytes);
    simulator::register_memory(memory, bytes);
    return static_cast<T*>(memory);
  }
  std::size_t size_;
  std::unique_ptr<T, Free> data_;
};
#endif

}  // namespace gs::test
