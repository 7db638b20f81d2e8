// tensor.h - tensors of op calls, and their addresses once memory is planned.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/calls/storage.h"

namespace gs {

using TensorId = int;
inline constexpr TensorId no_tensor = -1;

/// Pointers to all tensors, by id. Calls look up their arguments when they run.
struct Addresses {
  std::vector<void*> of;
  void* operator[](TensorId id) const { return id < 0 ? nullptr : of[std::size_t(id)]; }
  template <class T = float>
  T* get(TensorId id) const {
    return static_cast<T*>((*this)[id]);
  }
};

enum class Lifetime {
  fixed,    ///< zero at first, then keeps its content from step to step (parameters, moments, counters)
  planned,  ///< written and read within one run of a call list; shares the arena
};

struct Tensor {
  std::string name;
  std::size_t bytes = 0;
  Lifetime lifetime = Lifetime::planned;
  bool holds_numbers = false;
  Storage storage = Storage::fp32;  ///< if it holds numbers
  /// Content while implementations are measured, for tensors that determine the amount of work or have a restricted
  /// range. If empty, numbers are random and all else is zero.
  std::vector<std::byte> sample = {};
};

/// All tensors of a program.
class TensorTable {
 public:
  TensorId add(std::string name, std::size_t bytes, Lifetime lifetime = Lifetime::planned) {
    tensors_.push_back({std::move(name), bytes, lifetime});
    return TensorId(tensors_.size()) - 1;
  }
  /// A tensor of `count` numbers.
  TensorId add_numbers(std::string name, std::int64_t count, Storage storage, Lifetime lifetime = Lifetime::planned) {
    tensors_.push_back({std::move(name), std::size_t(count) * bytes_of(storage), lifetime, true, storage});
    return TensorId(tensors_.size()) - 1;
  }

  void set_sample(TensorId id, std::vector<std::byte> bytes) { tensors_[std::size_t(id)].sample = std::move(bytes); }

  const Tensor& operator[](TensorId id) const { return tensors_[std::size_t(id)]; }
  std::size_t size() const { return tensors_.size(); }
  const std::vector<Tensor>& all() const { return tensors_; }

 private:
  std::vector<Tensor> tensors_;
};

}  // namespace gs
