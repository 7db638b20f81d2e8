// count_kernels.cu - kernels of known counts, one warp each unless noted.
#include "kernels/common/async_copy.h"
#include "kernels/common/tensor_core.h"
#include "tests/sim/count_cases.h"

namespace gs::GS_TARGET {
namespace {

__global__ void load(float* y, const float* x, int stride, int offset) {
  const float value = x[int(threadIdx.x) * stride + offset];  // at load
  y[threadIdx.x] = value;                                     // at store
}

__global__ void wide(float* y, const float* x) {
  const float4 value = reinterpret_cast<const float4*>(x)[threadIdx.x];  // at wide load
  y[threadIdx.x] = value.x + value.y + value.z + value.w;
}

__global__ void narrow(float* y, const bf16* x, int stride) {
  const float value = widened(x[int(threadIdx.x) * stride]);  // at narrow load
  y[threadIdx.x] = value;
}

__global__ void shared_words(float* y, int stride) {
  __shared__ float words[32 * 33];
  for (int i = int(threadIdx.x); i < 32 * 33; i += 32) words[i] = float(i);  // at fill
  __syncwarp();
  const float value = words[int(threadIdx.x) * stride];  // at words
  y[threadIdx.x] = value;
}

template <class Wide>
__global__ void shared_wide(float* y, int stride) {
  __shared__ __align__(16) float words[32 * 16];
  for (int i = int(threadIdx.x); i < 32 * 16; i += 32) words[i] = float(i);
  __syncwarp();
  const Wide value = reinterpret_cast<const Wide*>(words)[int(threadIdx.x) * stride];  // at wide words
  y[threadIdx.x] = value.x + value.y;
}

__global__ void branch(float* y, const float* x) {
  if (threadIdx.x % 2 == 0) y[threadIdx.x] = x[threadIdx.x];  // at branch
}

__global__ void two_ways(float* y, const float* x, const float* z) {
  float value = 0;
  if (threadIdx.x % 2 == 0)
    value = x[threadIdx.x] * 2;  // at one way
  else
    value = z[threadIdx.x] + 3;  // at other way
  y[threadIdx.x] = value;        // at both ways
}

__global__ void triangle(float* y, const float* x) {
  float sum = 0;
  for (unsigned j = 0; j <= threadIdx.x; ++j) sum += x[j * 32 + threadIdx.x];  // at triangle
  y[threadIdx.x] = sum;                                                        // at after triangle
}

/// Lanes skip iterations of the outer loop, and leave the inner one at different times.
__global__ void nested_loops(float* y, const float* x) {
  const int lane = int(threadIdx.x);
  float sum = 0;
  for (int i = 0; i < 3; ++i) {
    if ((lane + i) % 2) continue;
    for (int j = 0; j < lane % 4; ++j) sum += x[i * 128 + j * 32 + lane];  // at inner
    y[32 + lane] = sum;                                                    // at outer
  }
  y[lane] = sum;  // at after loops
}

__global__ void tail(float* y, const float* x, std::int64_t n) {
  for (std::int64_t i : grid_stride(n)) y[i] = 2 * x[i];
}

/// Half of the warp has ended before the barrier (which needs strict_exit = false).
__global__ void leaving(float* y, const float* x) {
  const float value = x[threadIdx.x];  // at before leaving
  y[32 + threadIdx.x] = value;
  if (threadIdx.x >= 16) return;
  __syncthreads();
  y[threadIdx.x] = value;  // at after leaving
}

__global__ void barriers(float* y, int count) {
  for (int i = 0; i < count; ++i) __syncthreads();
  y[blockIdx.x * blockDim.x + threadIdx.x] = 1;
}

__global__ void atomics_of_a_warp(int* y) {
  atomicAdd(&y[threadIdx.x % 4], 1);
}

__global__ void async(float* y, const float* x) {
  __shared__ __align__(16) float tile[32][4];
  async_copy_16(tile[threadIdx.x], x + 4 * threadIdx.x, threadIdx.x < 16);  // at async
  async_commit();
  async_wait<0>();
  const float value = tile[threadIdx.x][0];  // at async read
  y[threadIdx.x] = value;
}

__global__ void matrix_rows(std::uint32_t* y, int pitch) {
  __shared__ __align__(16) std::uint32_t rows[32 * 36];
  for (int i = int(threadIdx.x); i < 32 * 36; i += 32) rows[i] = unsigned(i);
  __syncwarp();
  std::uint32_t mine[4];
  ldmatrix_x4(mine, rows + int(threadIdx.x) * pitch);  // at ldmatrix
  y[threadIdx.x] = mine[0] + mine[1] + mine[2] + mine[3];
}

__global__ void record(Record* y, const Record* x) {
  *y = *x;  // at record
}

__global__ void many(float* y, const float* x, std::int64_t accesses) {
  float sum = 0;
  for (std::int64_t i = 0; i < accesses; ++i) sum += x[i % 32];
  y[threadIdx.x] = sum;
}

}  // namespace

void count_load(float* y, const float* x, int stride, int offset) {
  launch<load>({1, 32}, {}, y, x, stride, offset);
}
void count_wide(float* y, const float* x) {
  launch<wide>({1, 32}, {}, y, x);
}
void count_narrow(float* y, const bf16* x, int stride) {
  launch<narrow>({1, 32}, {}, y, x, stride);
}
void count_shared(float* y, int stride) {
  launch<shared_words>({1, 32}, {}, y, stride);
}
void count_shared_wide(float* y, int width, int stride) {
  if (width == 2)
    launch<shared_wide<float2>>({1, 32}, {}, y, stride);
  else
    launch<shared_wide<float4>>({1, 32}, {}, y, stride);
}
void count_branch(float* y, const float* x) {
  launch<branch>({1, 32}, {}, y, x);
}
void count_two_ways(float* y, const float* x, const float* z) {
  launch<two_ways>({1, 32}, {}, y, x, z);
}
void count_triangle(float* y, const float* x) {
  launch<triangle>({1, 32}, {}, y, x);
}
void count_nested_loops(float* y, const float* x) {
  launch<nested_loops>({1, 32}, {}, y, x);
}
void count_tail(float* y, const float* x, std::int64_t n) {
  launch_elementwise<tail>(n, {}, y, x, n);
}
void count_leaving(float* y, const float* x) {
  launch<leaving>({1, 32}, {}, y, x);
}
void count_barriers(float* y, unsigned blocks, unsigned threads, int count) {
  launch<barriers>({blocks, threads}, {}, y, count);
}
void count_atomics(int* y) {
  launch<atomics_of_a_warp>({1, 32}, {}, y);
}
void count_async(float* y, const float* x) {
  launch<async>({1, 32}, {}, y, x);
}
void count_matrix_rows(std::uint32_t* y, int pitch) {
  launch<matrix_rows>({1, 32}, {}, y, pitch);
}
void count_record(Record* y, const Record* x) {
  launch<record>({1, 1}, {}, y, x);
}
void count_many(float* y, const float* x, std::int64_t accesses) {
  launch<many>({1, 32}, {}, y, x, accesses);
}

}  // namespace gs::GS_TARGET
