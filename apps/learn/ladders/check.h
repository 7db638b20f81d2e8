// check.h - what the rungs share: numbers, arrays on the GPU, and the comparison with a loop on the host.
#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using Floats = std::vector<float>;
using Size = std::vector<int>;

inline void succeed(cudaError_t error) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s\n", cudaGetErrorString(error));
  std::exit(1);
}

/// Between -1 and 1, the same in every run.
inline Floats numbers(int count, unsigned seed) {
  Floats result(count);
  for (float& x : result) x = float((seed = seed * 1664525u + 1013904223u) >> 8) / (1 << 23) - 1;
  return result;
}

/// A copy of `values` on the GPU.
struct OnGpu {
  explicit OnGpu(const Floats& values) : count(values.size()) {
    succeed(cudaMalloc(&data, count * sizeof(float)));
    succeed(cudaMemcpy(data, values.data(), count * sizeof(float), cudaMemcpyHostToDevice));
  }
  ~OnGpu() { cudaFree(data); }
  OnGpu(const OnGpu&) = delete;
  OnGpu& operator=(const OnGpu&) = delete;

  /// After the kernel that writes it.
  Floats read() const {
    Floats values(count);
    succeed(cudaGetLastError());
    succeed(cudaMemcpy(values.data(), data, count * sizeof(float), cudaMemcpyDeviceToHost));
    return values;
  }

  float* data = nullptr;
  std::size_t count;
};

/// Says how far `result` is from `right`, as a part of `scale`: the sum of the absolute values that were added up.
/// Returns whether it is near enough.
inline bool near_enough(const Size& size, const Floats& result, const Floats& right, const Floats& scale,
                        double allowed) {
  double error = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double difference = std::fabs(double(result[i]) - right[i]) / (scale[i] > 0 ? scale[i] : 1);
    error = difference <= error ? error : difference;  // NaN is larger, too
  }
  std::string text;
  for (const int extent : size) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  const bool near = error <= allowed;
  std::printf("%s: %s %.2g, allowed %.2g\n", text.c_str(), near ? "right within" : "WRONG by", error, allowed);
  return near;
}

/// Calls check(size) for the size in `words`, or for each of `sizes` if there are none. Returns main's status.
template <class Check>
int for_sizes(int count, char** words, std::vector<Size> sizes, Check check) {
  if (count > 1) {
    if (std::size_t(count) != sizes[0].size() + 1) {
      std::fprintf(stderr, "this program takes %zu sizes, or none\n", sizes[0].size());
      return 2;
    }
    sizes = {Size(sizes[0].size())};
    std::transform(words + 1, words + count, sizes[0].begin(),
                   [](const char* word) { return int(std::strtol(word, nullptr, 10)); });
  }
  bool all = true;
  for (const Size& size : sizes) all &= check(size);
  return all ? 0 : 1;
}
