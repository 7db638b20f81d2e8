// nccl_module.h - what the module gridstride_nccl offers: everything of NCCL, loaded only if several ranks train on
// GPUs.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>

#include "engine/ranks/gpu_exchanges.h"

namespace gs {

struct NcclModule {
  std::size_t id_bytes;
  /// Writes a new id of a communicator: for rank 0, which tells it to the others.
  void (*make_id)(void* id);
  /// Waits for all ranks and calls `look` meanwhile, whose exception ends the wait.
  std::unique_ptr<GpuExchanges> (*join)(const void* id, int rank, int ranks, const std::function<void()>& look);
};

/// Loads the module. Throws UsageError if the build has no NCCL.
const NcclModule& nccl_module();

}  // namespace gs

extern "C" const gs::NcclModule* gridstride_nccl();
