// build_checksums.h - checksums of what a program or module was built from (cmake/GridstrideInterface.cmake).
#pragma once

extern "C" {
/// The headers that a program and its modules share.
extern const char gridstride_interface[];
/// All that makes a kernel fast or slow.
extern const char gridstride_kernels[];
}
