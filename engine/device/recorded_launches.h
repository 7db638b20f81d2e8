// recorded_launches.h - launches of the `sim` target, in the form that Device::launches() returns.
#pragma once
#include <functional>
#include <vector>

#include "engine/device/device.h"

namespace gs {

/// Kernels that `calls` would launch on the `sim` target; none of them runs.
std::vector<KernelLaunch> recorded_launches(const std::function<void()>& calls);

}  // namespace gs
