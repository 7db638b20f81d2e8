// recorded_launches.h - the launches of the simulated target as a device tells them.
#pragma once
#include <functional>
#include <vector>

#include "engine/device/device.h"

namespace gs {

/// What `calls` would launch on the `sim` target; no kernel runs.
std::vector<KernelLaunch> recorded_launches(const std::function<void()>& calls);

}  // namespace gs
