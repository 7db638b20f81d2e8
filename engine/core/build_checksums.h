// build_checksums.h - checksums of what a program or module was built from (cmake/GridstrideInterface.cmake).
#pragma once

extern "C" {
/// The headers that a program and its modules share.
extern const char gridstride_interface[];
/// The sources of kernels and of calls of libraries, and the compilers.
extern const char gridstride_kernels[];
}
