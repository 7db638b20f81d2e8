// M09: the pieces do not move along K
#include <mma.h>

using namespace nvcuda;

// A block is one warp, and makes 16 x 16 elements of c.
__global__ void product(const float* a, const float* b, float* c, int M, int N, int K) {
  wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> fa;
  wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::row_major> fb;
  wmma::fragment<wmma::accumulator, 16, 16, 8, float> sums;
  wmma::fill_fragment(sums, 0.0f);
  for (int k0 = 0; k0 < K; k0 += 8) {
    wmma::load_matrix_sync(fa, a + 16 * blockIdx.y * K, K);
    wmma::load_matrix_sync(fb, b + 16 * blockIdx.x, N);
    for (int i = 0; i < fa.num_elements; ++i) fa.x[i] = wmma::__float_to_tf32(fa.x[i]);
    for (int i = 0; i < fb.num_elements; ++i) fb.x[i] = wmma::__float_to_tf32(fb.x[i]);
    wmma::mma_sync(sums, fa, fb, sums);
  }
  wmma::store_matrix_sync(c + 16 * blockIdx.y * N + 16 * blockIdx.x, sums, N, wmma::mem_row_major);
}

void launch(const float* a, const float* b, float* c, int M, int N, int K) {
  product<<<dim3(N / 16, M / 16), 32>>>(a, b, c, M, N, K);
}
