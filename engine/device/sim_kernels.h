// sim_kernels.h - the kernels of the target `sim`. Test programs and the race checker have them linked in; gridstride
// loads them when they are first asked for, so that a machine that only trains need not build them.
#pragma once
#include "kernels/common/registry.h"

namespace gs {

/// Throws gs::Error if they are neither linked nor built.
const Registry& sim_kernels();

}  // namespace gs
