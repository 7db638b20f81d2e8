// kernel_attributes.h - the dynamic shared memory that a launch may ask for.
#pragma once
#include "kernels/sim/textbook/launch.h"

namespace gs::textbook {

/// Throws simulator::LaunchRefused if the launch asks for more than the 48 KiB that every kernel gets, or than
/// cudaFuncSetAttribute() has allowed it. More than a GPU has is refused elsewhere.
void check_shared_bytes(const KernelName&, const Configuration&);

}  // namespace gs::textbook
