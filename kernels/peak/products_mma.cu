// products_mma.cu - the same matrix product added over and over by tensor cores, one warp for each result. The factors
// stay in registers and nothing is loaded in the loop: bound by the rate of mma.sync. (Hopper's own wgmma is faster;
// nothing here uses it.)
#include "kernels/common/bf16.h"
#include "kernels/common/registration.h"
#include "kernels/common/tensor_core.h"
#include "kernels/peak/peak.h"

namespace gs::GS_TARGET {
namespace {

constexpr int warps_per_block = 8, lanes = 32;

__global__ void products(float* __restrict__ y, const float* __restrict__ a, const float* __restrict__ b,
                         MatrixProducts p) {
  const int lane = int(threadIdx.x) % lanes, g = lane / 4, t = lane % 4;
  const int warp = int(blockIdx.x) * warps_per_block + int(threadIdx.x) / lanes;
  if (warp >= p.warps) return;  // whole warps go
  std::uint32_t af[4], bf[2];
  if (p.bf16) {
    const auto bits = [](float x) { return std::uint32_t(rounded<bf16>(x).bits); };
    const auto pair = [&](float low, float high) { return bits(low) | bits(high) << 16; };
    for (int i = 0; i < 4; ++i) {
      const float* from = a + (g + i % 2 * 8) * 16 + 2 * t + i / 2 * 8;
      af[i] = pair(from[0], from[1]);
    }
    for (int i = 0; i < 2; ++i) bf[i] = pair(b[(2 * t + 8 * i) * 8 + g], b[(2 * t + 8 * i + 1) * 8 + g]);
  } else {
    for (int i = 0; i < 4; ++i) af[i] = round_to_tf32(a[(g + i % 2 * 8) * 8 + t + i / 2 * 4]);
    for (int i = 0; i < 2; ++i) bf[i] = round_to_tf32(b[(t + 4 * i) * 8 + g]);
  }
  float sums[matrix_product_tiles][4] = {};
  if (p.bf16) {
    for (int k = 0; k < p.depth; ++k)
      for (int tile = 0; tile < matrix_product_tiles; ++tile) mma_m16n8k16_bf16(sums[tile], af, bf);
  } else {
    for (int k = 0; k < p.depth; ++k)
      for (int tile = 0; tile < matrix_product_tiles; ++tile) mma_m16n8k8_tf32(sums[tile], af, bf);
  }
  float* out = y + std::int64_t(warp) * 16 * 8;
  for (int i = 0; i < 4; ++i) {
    float sum = 0;
    for (int tile = 0; tile < matrix_product_tiles; ++tile) sum += sums[tile][i];
    out[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = sum;
  }
}

void products_mma(float* y, const float* a, const float* b, const MatrixProducts& p, void*, stream_t stream) {
  const unsigned blocks = unsigned((p.warps + warps_per_block - 1) / warps_per_block);
  launch<products>({blocks, unsigned(warps_per_block * lanes)}, stream, y, a, b, p);
}

void add_variants(Registry& registry) {
  registry.add<RepeatMatrixProducts>(
      {.name = "mma", .rank = 1, .targets = on_blocks, .launch = &products_mma, .arithmetic = Arithmetic::tf32});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
