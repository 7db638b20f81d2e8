// join_gpus.h - the GPUs of several ranks, joined for their exchanges.
#pragma once
#include <memory>

#include "engine/device/device.h"
#include "engine/ranks/gpu_exchanges.h"
#include "engine/ranks/ranks.h"

namespace gs {

/// Each rank calls it, with its GPU. While the host waits for the device it sees from then on that an exchange or a
/// rank has failed: the exchanges are aborted, and the wait throws. Captured ones must be destroyed before the result
/// is, and the watch (Device::watch(nullptr)) ended. Throws gs::Error if NCCL is missing, if two ranks have one GPU, or
/// if a rank has failed meanwhile.
std::unique_ptr<GpuExchanges> join_gpus(Ranks&, Device&);

}  // namespace gs
