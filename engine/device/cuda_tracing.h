// cuda_tracing.h - loads the CUPTI module when a profile asks for it, so that no other run needs the library.
#pragma once
#include <memory>
#include <string>

#include "engine/device/kernel_tracer.h"

namespace gs {

/// Kernel tracer, or null with a reason if CUPTI is missing or fails.
std::shared_ptr<KernelTracer> open_cupti(const SmLimits&, std::string& why_not);

}  // namespace gs
