// simulated_cudnn_graph.h - what a cuDNN operation graph computes, by cuDNN's documentation, read off the attributes
// that the engine has set.
#pragma once
#include <cudnn.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace gs::simulated_cuda {

/// A descriptor as it was filled in: integers stand for enumerations, truth values and pointers, too.
struct Attributes {
  cudnnBackendDescriptorType_t type;
  std::map<cudnnBackendAttributeName_t, std::vector<std::int64_t>> integers;
  std::map<cudnnBackendAttributeName_t, std::vector<double>> reals;
  std::map<cudnnBackendAttributeName_t, std::vector<std::shared_ptr<const Attributes>>> descriptors;

  // These throw gs::Error where the attribute was not set.
  const std::vector<std::int64_t>& all(cudnnBackendAttributeName_t) const;
  std::int64_t integer(cudnnBackendAttributeName_t) const;
  double real(cudnnBackendAttributeName_t) const;
  const Attributes& descriptor(cudnnBackendAttributeName_t) const;
};

/// Runs the operations in their order on the memory that `pack` (a variant pack) names. Sums are fp32. Throws gs::Error
/// on what is not known or does not fit.
void run_graph(const Attributes& graph, const Attributes& pack);

}  // namespace gs::simulated_cuda
