// owned.h - a C library's handle that is destroyed with its owner.
#pragma once
#include <utility>

namespace gs {

/// Owns `handle`; `destroy` is the library's function for it. address() is for the functions that create it.
template <class Handle, auto destroy>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_) destroy(handle_);
  }

  Handle get() const { return handle_; }
  /// Releases the handle without destroying it.
  Handle release() { return std::exchange(handle_, Handle{}); }
  Handle* address() { return &handle_; }

 private:
  Handle handle_{};
};

}  // namespace gs
