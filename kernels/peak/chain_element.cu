// chain_element.cu - y = x after depth times x = a x + b, one thread per element. 8 bytes move for 2 depth operations:
// bound by arithmetic from a depth of some hundred. One chain a thread: a GPU hides its latency by having many threads.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/peak/peak.h"

namespace gs::GS_TARGET {
namespace {

__global__ void chain(std::int64_t n, float* __restrict__ y, const float* __restrict__ x, int depth, float a, float b) {
  for (std::int64_t i : grid_stride(n)) {
    float value = x[i];
    for (int k = 0; k < depth; ++k) value = a * value + b;
    y[i] = value;
  }
}

void chain_element(float* y, const float* x, const MultiplyAdds& p, void*, stream_t stream) {
  launch_elementwise<chain>(p.size, stream, p.size, y, x, p.depth, p.a, p.b);
}

void add_variants(Registry& registry) {
  registry.add<ChainMultiplyAdds>({.name = "element", .rank = 1, .launch = &chain_element});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
