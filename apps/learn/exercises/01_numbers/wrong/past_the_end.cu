// M03: 1,280 threads for 1,024 elements
__global__ void numbers(int* out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = i;
}

void launch(int* out) {
  numbers<<<5, 256>>>(out);
}
