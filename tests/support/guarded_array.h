// guarded_array.h - an output buffer of a kernel under test: NaN inside, sentinels around.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/device_array.h"

namespace gs::test {

/// `size` elements, 256-byte aligned and filled with 0xff (NaN, if floats), between two guards of 256 bytes. An element
/// that the kernel does not write stays NaN; a write outside makes intact() fail. Instrumented kernels need no guards.
template <class T>
class GuardedArray {
 public:
  explicit GuardedArray(std::size_t size) : size_(size), memory_(guarded(size, nullptr)) {}
  explicit GuardedArray(const std::vector<T>& values)
      : size_(values.size()), memory_(guarded(values.size(), values.data())) {}

  T* data() { return memory_.data() + guard; }
  std::size_t size() const { return size_; }
  std::vector<T> values() const {
    const auto all = memory_.values();
    return {all.begin() + guard, all.end() - guard};
  }

  /// Fails if a byte before or after the buffer has changed.
  ::testing::AssertionResult intact() const {
    const auto all = memory_.values();
    const auto bytes = reinterpret_cast<const unsigned char*>(all.data());
    for (std::size_t i = 0; i < guard * sizeof(T); ++i) {
      if (bytes[i] != sentinel)
        return ::testing::AssertionFailure() << "wrote " << guard * sizeof(T) - i << " bytes before the buffer";
      if (bytes[(guard + size_) * sizeof(T) + i] != sentinel)
        return ::testing::AssertionFailure() << "wrote " << i << " bytes past the end of the buffer";
    }
    return ::testing::AssertionSuccess();
  }

 private:
  static inline const std::size_t guard = kernels_are_instrumented ? 0 : (256 + sizeof(T) - 1) / sizeof(T);
  static constexpr unsigned char sentinel = 0xA5, unwritten = 0xFF;

  /// The buffer between its guards; `values` may be null.
  static std::vector<T> guarded(std::size_t size, const T* values) {
    std::vector<T> all(size + 2 * guard);
    const auto fill = [&](std::size_t first, std::size_t count, unsigned char byte) {
      std::fill_n(reinterpret_cast<unsigned char*>(all.data()) + first * sizeof(T), count * sizeof(T), byte);
    };
    fill(0, guard, sentinel);
    fill(guard, size, unwritten);
    fill(guard + size, guard, sentinel);
    if (values) std::copy(values, values + size, all.begin() + guard);
    return all;
  }
  std::size_t size_;
  DeviceArray<T> memory_;
};

}  // namespace gs::test
