// tensor_kernels.cu - matrix instructions and asynchronous copies of one warp, correct and broken, to test the
// simulator.
#include "kernels/common/async_copy.h"
#include "kernels/common/tensor_core.h"
#include "tests/sim/tensor_cases.h"

namespace gs::GS_TARGET {
namespace {

/// D = A B: 16x8 by 8x8, all row-major. kernels/common/tensor_core.h describes the fragments.
__global__ void multiply_tf32(float* d, const float* a, const float* b, bool rounded) {
  const int lane = int(threadIdx.x), g = lane / 4, t = lane % 4;
  const auto operand = [&](float x) { return rounded ? round_to_tf32(x) : __float_as_uint(x); };
  const std::uint32_t af[4] = {operand(a[g * 8 + t]), operand(a[(g + 8) * 8 + t]), operand(a[g * 8 + t + 4]),
                               operand(a[(g + 8) * 8 + t + 4])};
  const std::uint32_t bf[2] = {operand(b[t * 8 + g]), operand(b[(t + 4) * 8 + g])};
  float sums[4] = {};
  mma_m16n8k8_tf32(sums, af, bf);
  d[g * 8 + 2 * t] = sums[0];
  d[g * 8 + 2 * t + 1] = sums[1];
  d[(g + 8) * 8 + 2 * t] = sums[2];
  d[(g + 8) * 8 + 2 * t + 1] = sums[3];
}

/// D = A B: 16x16 by 16x8; A in shared memory, read by ldmatrix; B given by columns.
__global__ void multiply_bf16(float* d, const std::uint16_t* a, const std::uint16_t* b) {
  __shared__ __align__(16) std::uint16_t as[16][24];
  const int lane = int(threadIdx.x), g = lane / 4, t = lane % 4;
  for (int i = lane; i < 256; i += 32) as[i / 16][i % 16] = a[i];
  __syncwarp();
  std::uint32_t af[4];
  ldmatrix_x4(af, &as[lane % 16][lane / 16 * 8]);
  const auto pair = [&](int k) { return std::uint32_t(b[g * 16 + k]) | std::uint32_t(b[g * 16 + k + 1]) << 16; };
  const std::uint32_t bf[2] = {pair(2 * t), pair(2 * t + 8)};
  float sums[4] = {};
  mma_m16n8k16_bf16(sums, af, bf);
  d[g * 8 + 2 * t] = sums[0];
  d[g * 8 + 2 * t + 1] = sums[1];
  d[(g + 8) * 8 + 2 * t] = sums[2];
  d[(g + 8) * 8 + 2 * t + 1] = sums[3];
}

/// D = A B with both transposed, a line for each k: A as 16 lines of 16, B as 16 lines of 8.
__global__ void multiply_bf16_turned(float* d, const std::uint16_t* a, const std::uint16_t* b) {
  __shared__ __align__(16) std::uint16_t as[16][24], bs[16][8];
  const int lane = int(threadIdx.x), g = lane / 4, t = lane % 4;
  for (int i = lane; i < 256; i += 32) as[i / 16][i % 16] = a[i];
  for (int i = lane; i < 128; i += 32) bs[i / 8][i % 8] = b[i];
  __syncwarp();
  std::uint32_t af[4], both[4];
  ldmatrix_x4_trans(af, &as[lane / 16 * 8 + lane % 8][lane / 8 % 2 * 8]);
  ldmatrix_x4_trans(both, bs[lane % 16]);
  const std::uint32_t bf[2] = {both[0], both[1]};
  float sums[4] = {};
  mma_m16n8k16_bf16(sums, af, bf);
  d[g * 8 + 2 * t] = sums[0];
  d[g * 8 + 2 * t + 1] = sums[1];
  d[(g + 8) * 8 + 2 * t] = sums[2];
  d[(g + 8) * 8 + 2 * t + 1] = sums[3];
}

template <bool turned>
__global__ void load_matrices(std::uint32_t* r, const std::uint32_t* words) {
  __shared__ __align__(16) std::uint32_t rows[32][4];
  for (int i = 0; i < 4; ++i) rows[threadIdx.x][i] = words[threadIdx.x * 4 + i];
  __syncwarp();
  std::uint32_t mine[4];
  if (turned)
    ldmatrix_x4_trans(mine, rows[threadIdx.x]);
  else
    ldmatrix_x4(mine, rows[threadIdx.x]);
  for (int i = 0; i < 4; ++i) r[threadIdx.x * 4 + i] = mine[i];
}

__global__ void multiply_without_lane_7(float* d) {
  const std::uint32_t a[4] = {}, b[2] = {};
  float sums[4] = {};
  if (threadIdx.x != 7) mma_m16n8k8_tf32(sums, a, b);
  d[threadIdx.x] = sums[0];
}

__global__ void multiply_beside_ldmatrix(float* d) {
  __shared__ __align__(16) std::uint32_t rows[32][4];
  for (int i = 0; i < 4; ++i) rows[threadIdx.x][i] = 0;
  std::uint32_t a[4] = {};
  const std::uint32_t b[2] = {};
  float sums[4] = {};
  if (threadIdx.x < 16)
    mma_m16n8k8_tf32(sums, a, b);
  else
    ldmatrix_x4(a, rows[threadIdx.x]);
  d[threadIdx.x] = sums[0];
}

/// Two groups of copies: of x, then of zeros and single words. Before y is written, the first `waits` groups are waited
/// for.
__global__ void copy_in_groups(float* y, const float* x, int waits) {
  __shared__ __align__(16) float first[32][4], second[32][4];
  const int i = int(threadIdx.x);
  async_copy_16(first[i], x + 4 * i, true);
  async_commit();
  async_copy_4(&second[i][0], x + 4 * i + 1, true);
  async_copy_4(&second[i][1], x, false);
  async_copy_4(&second[i][2], x + i, true);
  async_copy_4(&second[i][3], x + 1, true);
  async_commit();
  if (waits == 1) async_wait<1>();
  if (waits == 2) async_wait<0>();
  for (int j = 0; j < 4; ++j) y[8 * i + j] = first[i][j], y[8 * i + 4 + j] = second[i][j];
  async_wait<0>();
  async_copy_16(first[i], x, false);
  async_commit();
  async_wait<0>();
  y[256 + i] = first[i][3];
}

__global__ void end_without_wait(const float* x, bool committed) {
  __shared__ __align__(16) float tile[32][4];
  async_copy_16(tile[threadIdx.x], x + 4 * threadIdx.x, true);
  if (committed) async_commit();
  if (!committed) async_wait<0>();  // waits for groups only, and this copy is in none
}

__global__ void copy_unaligned(const float* x) {
  __shared__ __align__(16) float tile[32][4];
  async_copy_16(tile[threadIdx.x], x + 1, true);
  async_commit();
  async_wait<0>();
}

}  // namespace

void tensor_multiply_tf32(float* d, const float* a, const float* b, bool rounded) {
  launch<multiply_tf32>({1, 32}, {}, d, a, b, rounded);
}
void tensor_multiply_bf16(float* d, const std::uint16_t* a, const std::uint16_t* b) {
  launch<multiply_bf16>({1, 32}, {}, d, a, b);
}
void tensor_multiply_bf16_turned(float* d, const std::uint16_t* a, const std::uint16_t* b) {
  launch<multiply_bf16_turned>({1, 32}, {}, d, a, b);
}
void tensor_load_matrices(std::uint32_t* r, const std::uint32_t* words) {
  launch<load_matrices<false>>({1, 32}, {}, r, words);
}
void tensor_load_matrices_turned(std::uint32_t* r, const std::uint32_t* words) {
  launch<load_matrices<true>>({1, 32}, {}, r, words);
}
void tensor_multiply_in_part(float* d, unsigned threads) {
  launch<multiply_without_lane_7>({1, threads}, {}, d);
}
void tensor_multiply_beside_ldmatrix(float* d) {
  launch<multiply_beside_ldmatrix>({1, 32}, {}, d);
}
void tensor_copy_in_groups(float* y, const float* x, int waits) {
  launch<copy_in_groups>({1, 32}, {}, y, x, waits);
}
void tensor_end_without_wait(const float* x, bool committed) {
  launch<end_without_wait>({1, 32}, {}, x, committed);
}
void tensor_copy_unaligned(const float* x) {
  launch<copy_unaligned>({1, 32}, {}, x);
}
std::uint32_t tensor_round(float x) {
  return round_to_tf32(x);
}

}  // namespace gs::GS_TARGET
