// simulated_cudnn_graph.h - executes a cuDNN operation graph, after cuDNN's documentation, from the attributes that the
// engine set.
#pragma once
#include <cudnn.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace gs::simulated_cuda {

/// True: cuDNN refuses tensors whose pixels lie further apart than their channels, as those of one group.
inline bool refuses_tensors_with_gaps = false;

/// Recorded attributes of a descriptor; integers also hold enumerations, booleans and pointers.
struct Attributes {
  cudnnBackendDescriptorType_t type;
  std::map<cudnnBackendAttributeName_t, std::vector<std::int64_t>> integers;
  std::map<cudnnBackendAttributeName_t, std::vector<double>> reals;
  std::map<cudnnBackendAttributeName_t, std::vector<std::shared_ptr<const Attributes>>> descriptors;

  // These throw gs::Error if the attribute is not set.
  const std::vector<std::int64_t>& all(cudnnBackendAttributeName_t) const;
  std::int64_t integer(cudnnBackendAttributeName_t) const;
  double real(cudnnBackendAttributeName_t) const;
  const Attributes& descriptor(cudnnBackendAttributeName_t) const;
};

/// Runs the operations in order on the memory of `pack` (a variant pack). Sums are fp32. Throws gs::Error for
/// unsupported or inconsistent attributes.
void run_graph(const Attributes& graph, const Attributes& pack);

}  // namespace gs::simulated_cuda
