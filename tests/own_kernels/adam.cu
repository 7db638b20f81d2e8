// A step of Adam, a thread for each weight. correction1 is 1 - beta1^t, correction2 is 1 - beta2^t.
__global__ void step(float* weights, float* m, float* v, const float* gradients, float rate, float beta1, float beta2,
                     float epsilon, float correction1, float correction2, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float g = gradients[i];
  m[i] = beta1 * m[i] + (1 - beta1) * g;
  v[i] = beta2 * v[i] + (1 - beta2) * g * g;
  weights[i] -= rate * (m[i] / correction1) / (sqrtf(v[i] / correction2) + epsilon);
}

void launch(float* weights, float* m, float* v, const float* gradients, float rate, float beta1, float beta2,
            float epsilon, float correction1, float correction2, int n) {
  step<<<(n + 255) / 256, 256>>>(weights, m, v, gradients, rate, beta1, beta2, epsilon, correction1, correction2, n);
}
