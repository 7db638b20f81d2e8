// indices.cpp - the built-in variables, in a file with full debug information: a debugger must know their types.
#include "kernels/sim/runtime.h"

namespace gs::simulator {

constinit thread_local uint3 threadIdx{}, blockIdx{};
constinit thread_local dim3 blockDim{0, 0, 0}, gridDim{0, 0, 0};

}  // namespace gs::simulator
