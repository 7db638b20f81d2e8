// cuda_tracing.h - the part of this build that speaks to CUPTI, loaded when a profile asks for it: no other run needs
// the library to be there.
#pragma once
#include <memory>
#include <string>

#include "engine/device/kernel_tracer.h"

namespace gs {

/// Null with a reason where there is no CUPTI, or where it refuses.
std::shared_ptr<KernelTracer> open_cupti(const SmLimits&, std::string& why_not);

}  // namespace gs
