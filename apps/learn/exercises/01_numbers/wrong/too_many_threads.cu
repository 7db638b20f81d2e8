// M01: a block of more than 1,024 threads
__global__ void numbers(int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = i;
}

void launch(int* out) {
  numbers<<<1, 2000>>>(out);
}
