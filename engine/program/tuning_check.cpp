// tuning_check.cpp - scratch tensors with random numbers, and the comparison of results.
#include "engine/program/tuning_check.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/core/random.h"

namespace gs {
namespace {

constexpr double allowed_error = 1e-2;  // relative to the largest value: tf32 and other summation orders differ by less

}  // namespace

TuningScratch::TuningScratch(Device& device, const OpCall& step, const std::vector<Tensor>& tensors)
    : device_(device), workspace_(device, 256) {
  at_.of.assign(tensors.size(), nullptr);
  for (const TensorId id : step.reads)
    if (add(id, tensors)) fill(id, tensors[std::size_t(id)]);
  for (const TensorId id : step.writes)
    if (add(id, tensors) && tensors[std::size_t(id)].holds_numbers) written_.push_back({id, tensors[std::size_t(id)]});
}

bool TuningScratch::add(TensorId id, const std::vector<Tensor>& tensors) {
  if (id == no_tensor || at_[id]) return false;
  memory_.emplace_back(device_, tensors[std::size_t(id)].bytes);
  at_.of[std::size_t(id)] = memory_.back().data();
  return memory_.back().bytes() > 0;
}

void TuningScratch::fill(TensorId id, const Tensor& tensor) {
  if (!tensor.sample.empty()) return device_.upload(at_[id], tensor.sample.data(), tensor.sample.size());
  if (!tensor.holds_numbers) return device_.fill_zero(at_[id], tensor.bytes);
  RandomStream random(std::uint64_t(id), RandomPurpose::tuning);
  with_type_of(tensor.storage, [&]<class T>(T) {
    std::vector<T> values(tensor.bytes / sizeof(T));
    for (T& v : values) v = rounded<T>(2 * random.uniform() - 1);
    device_.upload(at_[id], values.data(), values.size() * sizeof(T));
  });
}

std::vector<float> TuningScratch::results_of(const Candidate& candidate) {
  if (candidate.counts_in_workspace) {
    Memory& own = own_workspaces_.try_emplace(&candidate, device_, candidate.workspace_bytes).first->second;
    device_.fill_zero(own.data(), own.bytes());
  } else if (candidate.workspace_bytes > workspace_.bytes()) {
    workspace_ = Memory(device_, candidate.workspace_bytes);
  }
  for (const Written& w : written_) device_.fill_zero(at_[w.id], w.tensor.bytes);
  candidate.run(at_, workspace(candidate), device_.stream());
  std::vector<float> all;
  for (const Written& w : written_)
    with_type_of(w.tensor.storage, [&]<class T>(T) {
      const std::size_t count = w.tensor.bytes / sizeof(T), before = all.size();
      all.resize(before + count);
      if constexpr (std::is_same_v<T, float>) {
        device_.download(all.data() + before, at_[w.id], count * sizeof(T));
      } else {
        std::vector<T> values(count);
        device_.download(values.data(), at_[w.id], count * sizeof(T));
        std::transform(values.begin(), values.end(), all.begin() + std::ptrdiff_t(before),
                       [](T v) { return widened(v); });
      }
    });
  return all;
}

void* TuningScratch::workspace(const Candidate& candidate) const {
  return candidate.counts_in_workspace ? own_workspaces_.at(&candidate).data() : workspace_.data();
}

std::string objection(const std::vector<float>& results, const std::vector<float>* expected) {
  if (!std::all_of(results.begin(), results.end(), [](float v) { return std::isfinite(v); }))
    return "writes NaN or Inf";
  if (!expected) return "";
  double largest = 0, error = 0;
  for (std::size_t i = 0; i < expected->size(); ++i) {
    largest = std::max(largest, double(std::abs((*expected)[i])));
    error = std::max(error, double(std::abs(results[i] - (*expected)[i])));
  }
  if (error <= allowed_error * largest) return "";
  if (largest == 0) return "writes nonzero values where all should be 0";
  return fmt::format("differs by {:.2g} of the largest value", error / largest);
}

}  // namespace gs
