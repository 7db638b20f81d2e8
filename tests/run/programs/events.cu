// Events: one stream waits for another with cudaStreamWaitEvent, the host for both with cudaEventSynchronize.
#include <cuda_runtime.h>

#include <cstdio>

__global__ void produce(int* data, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) data[i] = i + 1;
}

__global__ void consume(const int* data, int* sums, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) sums[i] = data[i] + data[n - 1 - i];
}

int main() {
  const int n = 500;
  int *data, *sums;
  cudaMalloc(&data, n * sizeof(int));
  cudaMalloc(&sums, n * sizeof(int));
  cudaStream_t first, second;
  cudaStreamCreate(&first);
  cudaStreamCreate(&second);
  cudaEvent_t produced, consumed;
  cudaEventCreate(&produced);
  cudaEventCreateWithFlags(&consumed, cudaEventDisableTiming);

  produce<<<2, 256, 0, first>>>(data, n);
  cudaEventRecord(produced, first);
  cudaStreamWaitEvent(second, produced, 0);
  consume<<<2, 256, 0, second>>>(data, sums, n);
  cudaEventRecord(consumed, second);
  cudaEventSynchronize(consumed);

  int host[n];
  cudaMemcpy(host, sums, sizeof host, cudaMemcpyDeviceToHost);
  int i = 0;
  while (i < n && host[i] == n + 1) ++i;
  if (i < n)
    printf("sum %d is %d, should be %d\n", i, host[i], n + 1);
  else
    printf("right\n");
  cudaEventDestroy(produced);
  cudaEventDestroy(consumed);
  cudaStreamDestroy(first);
  cudaStreamDestroy(second);
  cudaFree(data);
  cudaFree(sums);
  return 0;
}
