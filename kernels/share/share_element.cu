// share_element.cu - dw = share dw, one thread per gradient. 8 bytes and one product per gradient: bound by memory.
#include "kernels/common/kernel.h"
#include "kernels/common/registration.h"
#include "kernels/share/share.h"

namespace gs::GS_TARGET {
namespace {

__global__ void weigh(float* __restrict__ dw, const StepState* __restrict__ state, const WholeBatch* __restrict__ whole,
                      GradientShare p) {
  const std::uint32_t own = state->valid(), all = whole->valid(state->cursor);
  const float share = own == 0 ? 0.0f : float(own) / float(all);
  for (std::int64_t i : grid_stride(p.size)) dw[i] = own == 0 ? 0.0f : share * dw[i];
}

void share_element(float* dw, const StepState* state, const WholeBatch* whole, const GradientShare& p, void*,
                   stream_t stream) {
  launch_elementwise<weigh>(p.size, stream, dw, state, whole, p);
}

void add_variants(Registry& registry) {
  registry.add<WeighGradients>({.name = "element", .rank = 1, .launch = &share_element});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
