// A step of gradient descent, a thread for each weight.
__global__ void step(float* weights, const float* gradients, float rate, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) weights[i] -= rate * gradients[i];
}

void launch(float* weights, const float* gradients, float rate, int n) {
  step<<<(n + 255) / 256, 256>>>(weights, gradients, rate, n);
}
