// join_gpus.cpp - one communicator of NCCL for all ranks; rank 0 tells its id.
#include "engine/program/join_gpus.h"

#include <string>

#include "engine/ranks/nccl_module.h"

namespace gs {

std::unique_ptr<GpuExchanges> join_gpus(Ranks& ranks, Device& device) {
  const NcclModule& module = nccl_module();
  std::string id(module.id_bytes, '\0');
  if (ranks.leads()) module.make_id(id.data());
  ranks.broadcast(id.data(), id.size());
  device.stream();  // selects the GPU for this thread
  auto joined = module.join(id.data(), ranks.rank(), ranks.size(), [&ranks] { ranks.check(); });
  device.watch([&ranks, exchanges = joined.get()] {
    try {
      ranks.check();
      exchanges->check();
    } catch (...) {
      exchanges->abort();
      throw;
    }
  });
  return joined;
}

}  // namespace gs
