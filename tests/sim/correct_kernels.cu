// correct_kernels.cu - correct kernels, for the tests of the runtime's results.
#include "kernels/common/kernel.h"
#include "tests/sim/cases.h"

namespace gs::GS_TARGET {
namespace {

__global__ void record_indices(Seen* seen) {
  const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  seen[block * threads + thread] = {{threadIdx.x, threadIdx.y, threadIdx.z},
                                    {blockIdx.x, blockIdx.y, blockIdx.z},
                                    {blockDim.x, blockDim.y, blockDim.z},
                                    {gridDim.x, gridDim.y, gridDim.z}};
}

__global__ void do_nothing() {}

__global__ void reverse_static(float* y, const float* x) {
  __shared__ float tile[1024];
  const unsigned first = blockIdx.x * blockDim.x;
  tile[threadIdx.x] = x[first + threadIdx.x];
  __syncthreads();
  y[first + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

__global__ void reverse_dynamic(float* y, const float* x) {
  GS_DYNAMIC_SHARED(float, tile);
  const unsigned first = blockIdx.x * blockDim.x;
  tile[threadIdx.x] = x[first + threadIdx.x];
  __syncthreads();
  y[first + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

// Seven results per lane, defined by CUDA's documentation of the shuffles.
__global__ void shuffles(int* y) {
  const int lane = threadIdx.x, value = 100 + lane;
  int* mine = y + 7 * (blockIdx.x * 32 + lane);
  mine[0] = __shfl_sync(~0u, value, 5);
  mine[1] = __shfl_sync(~0u, value, lane + 3, 8);
  mine[2] = __shfl_down_sync(~0u, value, 4);
  mine[3] = __shfl_up_sync(~0u, value, 3, 16);
  mine[4] = __shfl_xor_sync(~0u, value, 9);
  mine[5] = lane < 16 ? __shfl_xor_sync(0x0000ffffu, value, 1) : __shfl_down_sync(0xffff0000u, value, 1, 16);
  mine[6] = int(__shfl_xor_sync(~0u, double(value) / 2, 1) * 2);
}

__global__ void votes(unsigned* y) {
  const int lane = threadIdx.x;
  y[lane] = __ballot_sync(~0u, lane % 3 == 0);
  y[32 + lane] = lane < 8 ? __ballot_sync(0xffu, lane == 2) : 0;
  y[64 + lane] = unsigned(__any_sync(~0u, lane == 31)) + 2u * unsigned(__any_sync(~0u, lane == 32));
  y[96 + lane] = unsigned(__all_sync(~0u, lane < 32)) + 2u * unsigned(__all_sync(~0u, lane < 31));
}

__global__ void atomics(int* y, float* z) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  atomicAdd(&y[0], 2);
  atomicMax(&y[1], i);
  atomicMin(&y[2], -i);
  atomicOr(reinterpret_cast<unsigned*>(&y[3]), 1u << (i % 32));
  atomicInc(reinterpret_cast<unsigned*>(&y[4]), 6u);
  int old = 0;  // a guess, corrected by the first compare-and-swap
  for (int seen; (seen = atomicCAS(&y[5], old, old + 1)) != old;) old = seen;
  atomicSub(&y[6], 1);
  atomicAdd(z, 0.5f);
}

// More numbers of each kind than a processor has registers that a call preserves, so that some stay in registers while
// the other threads run. Each depends on the one before, or the compiler would keep vectors of them in memory.
__global__ void keep_in_registers(double* y, std::int64_t* z, int rounds) {
  double x[kept_numbers] = {y[threadIdx.x]};
  std::int64_t n[kept_numbers] = {z[threadIdx.x]};
  for (int i = 1; i < kept_numbers; i++) {
    x[i] = x[i - 1] / 2;
    n[i] = n[i - 1] * 3;
  }
  for (int round = 0; round < rounds; round++) {
    __syncthreads();
    for (int i = 1; i < kept_numbers; i++) {
      x[i] += x[i - 1];
      n[i] ^= n[i - 1];
    }
  }
  for (int i = 0; i < kept_numbers; i++) {
    y[threadIdx.x * kept_numbers + i] = x[i];
    z[threadIdx.x * kept_numbers + i] = n[i];
  }
}

__global__ void read_shared(float* y) {
  GS_DYNAMIC_SHARED(float, tile);
  y[threadIdx.x] = tile[threadIdx.x];
}

__global__ void visit(int* visits, std::int64_t n) {
  for (std::int64_t i : grid_stride(n)) atomicAdd(&visits[i], 1);
}

__global__ void throw_in_thread_40() {
  __syncthreads();
  require(threadIdx.x != 40, "thrown by a kernel");
  __syncthreads();
}

__global__ void throw_always(std::int64_t) {
  throw Error("thrown by a share");
}

__global__ void record_order(int* order, int* next) {
  const int first = atomicAdd(next, 1);
  order[first] = int(threadIdx.x);
  __syncthreads();
  order[blockDim.x + (atomicAdd(next, 1) - int(blockDim.x))] = int(threadIdx.x);
}

template <int T>
__global__ void product(float* __restrict__ c, const float* __restrict__ a, const float* __restrict__ b, int n) {
  __shared__ float at[T][T], bt[T][T];
  const int row = blockIdx.y * T + threadIdx.y, column = blockIdx.x * T + threadIdx.x;
  float sum = 0;
  for (int k0 = 0; k0 < n; k0 += T) {
    const int ak = k0 + int(threadIdx.x), bk = k0 + int(threadIdx.y);
    at[threadIdx.y][threadIdx.x] = row < n && ak < n ? a[row * n + ak] : 0.0f;
    bt[threadIdx.y][threadIdx.x] = bk < n && column < n ? b[bk * n + column] : 0.0f;
    __syncthreads();
    for (int k = 0; k < T; k++) sum += at[threadIdx.y][k] * bt[k][threadIdx.x];
    __syncthreads();
  }
  if (row < n && column < n) c[row * n + column] = sum;
}

__global__ void leave_early(float* y, int staying) {
  if (int(threadIdx.x) >= staying) return;
  __syncthreads();
  y[threadIdx.x] = 1;
}

__global__ void exponential(float* __restrict__ y, const float* __restrict__ x, std::int64_t n) {
  for (std::int64_t i : grid_stride(n)) y[i] = __expf(x[i]);
}

__global__ void count(int* counter) {
  atomicAdd(counter, 1);
}

// Sum over blocks without a second kernel: the last block adds the others' parts.
__global__ void sum_in_last_block(float* sum, float* partial, unsigned* tickets, const float* x) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    float part = 0;
    for (unsigned i = 0; i < blockDim.x; i++) part += x[blockIdx.x * blockDim.x + i];
    partial[blockIdx.x] = part;
    __threadfence();
    last = atomicAdd(tickets, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 1) {
    *sum = 0;
    for (unsigned i = 0; i < gridDim.x; i++) *sum += partial[i];
  }
}

}  // namespace

void see(Seen* seen, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz) {
  launch<record_indices>({dim3(gx, gy, gz), dim3(bx, by, bz)}, {}, seen);
}
void launch_shape(unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, std::size_t shared) {
  launch<do_nothing>({dim3(gx, gy, gz), dim3(bx, by, bz), shared}, {});
}
void reverse_in_shared(float* y, const float* x, unsigned blocks, unsigned threads, bool dynamic) {
  if (dynamic)
    launch<reverse_dynamic>({blocks, threads, threads * sizeof(float)}, {}, y, x);
  else
    launch<reverse_static>({blocks, threads}, {}, y, x);
}
void shuffle_all(int* y, unsigned blocks) {
  launch<shuffles>({blocks, 32}, {}, y);
}
void vote_all(unsigned* y) {
  launch<votes>({1, 32}, {}, y);
}
void atomics_all(int* y, float* z, unsigned blocks, unsigned threads) {
  launch<atomics>({blocks, threads}, {}, y, z);
}
void keep_over_barriers(double* y, std::int64_t* z, unsigned threads, int rounds) {
  launch<keep_in_registers>({1, threads}, {}, y, z, rounds);
}
void read_fresh_shared(float* y) {
  launch<read_shared>({1, 32, 32 * sizeof(float)}, {}, y);
}
void visit_once(int* visits, std::int64_t n) {
  launch_elementwise<visit>(n, {}, visits, n);
}
void record_shares(std::int64_t n, std::int64_t grain, std::int64_t* begins, std::int64_t* ends, int* shares) {
  host_shares(
      n,
      [&](std::int64_t begin, std::int64_t end) {
        const int mine = atomicAdd(shares, 1);
        begins[mine] = begin;
        ends[mine] = end;
      },
      grain);
}
void throw_from_kernel() {
  launch<throw_in_thread_40>({3, 64}, {});
}
void throw_from_share(std::int64_t n) {
  launch_elementwise<throw_always>(n, {}, n);
}
void order_of_threads(int* order, int* next, unsigned threads) {
  launch<record_order>({1, threads}, {}, order, next);
}
void tiled_product(float* c, const float* a, const float* b, int n) {
  const unsigned tiles = (unsigned(n) + 7) / 8;
  launch<product<8>>({dim3(tiles, tiles), dim3(8, 8)}, {}, c, a, b, n);
}
void exit_early(float* y, int staying) {
  launch<leave_early>({1, 64}, {}, y, staying);
}
void exponentials(float* y, const float* x, std::int64_t n) {
  launch_elementwise<exponential>(n, {}, y, x, n);
}
std::string name_of_a_template() {
  return std::string(detail::kernel_name<product<8>>());
}

void count_up(int* counter, unsigned blocks, unsigned threads) {
  launch<count>({blocks, threads}, {}, counter);
}
void last_block_sums(float* sum, float* partial, unsigned* tickets, const float* x, unsigned blocks) {
  launch<sum_in_last_block>({blocks, 32}, {}, sum, partial, tickets, x);
}

}  // namespace gs::GS_TARGET
