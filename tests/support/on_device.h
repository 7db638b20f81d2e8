// on_device.h - an array in a device's memory, filled from and read into vectors.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/device/device.h"

namespace gs::test {

template <class T>
class OnDevice {
 public:
  OnDevice(Device& device, const std::vector<T>& values)
      : device_(device), size_(values.size()), memory_(uploaded(device, values)) {}
  /// Full of 0xff: NaN, if T is a float.
  OnDevice(Device& device, std::size_t size) : OnDevice(device, ones(size)) {}

  T* data() { return static_cast<T*>(memory_.data()); }
  const T* data() const { return static_cast<const T*>(memory_.data()); }
  std::size_t size() const { return size_; }
  std::vector<T> values() const {
    std::vector<T> result(size_);
    device_.download(result.data(), memory_.data(), memory_.bytes());
    return result;
  }

 private:
  static std::vector<T> ones(std::size_t size) {
    std::vector<T> result(size);
    std::fill_n(reinterpret_cast<unsigned char*>(result.data()), size * sizeof(T), std::uint8_t(0xff));
    return result;
  }
  Device& device_;
  std::size_t size_;
  Memory memory_;
};

}  // namespace gs::test
