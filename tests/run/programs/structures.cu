// Structures: the settings go to the kernel by value, the particles lie in an array of structures.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

struct Particle {
  int3 position;
  int2 velocity;
  bool stopped;
};

struct Settings {
  int steps;
  int floor;
  int gravity[2];
};

__global__ void fall(Particle* particles, int n, const Settings settings) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  Particle p = particles[i];
  for (int step = 0; step < settings.steps && !p.stopped; ++step) {
    p.velocity.x += settings.gravity[0];
    p.velocity.y += settings.gravity[1];
    p.position.x += p.velocity.x;
    p.position.y += p.velocity.y;
    p.position.z += 1;
    p.stopped = p.position.y <= settings.floor;
  }
  particles[i] = p;
}

int main() {
  const int n = 100;
  std::vector<Particle> particles(n);
  for (int i = 0; i < n; ++i) particles[i] = {make_int3(i, 5 * i, 0), make_int2(1, i % 3), false};
  Particle* device;
  cudaMalloc(&device, n * sizeof(Particle));
  cudaMemcpy(device, particles.data(), n * sizeof(Particle), cudaMemcpyHostToDevice);
  const Settings settings = {12, 0, {0, -2}};
  fall<<<(n + 31) / 32, 32>>>(device, n, settings);
  cudaMemcpy(particles.data(), device, n * sizeof(Particle), cudaMemcpyDeviceToHost);
  cudaFree(device);

  for (int i = 0; i < n; ++i) {
    int y = 5 * i, vy = i % 3, steps = 0;
    do {
      vy -= 2;
      y += vy;
      ++steps;
    } while (y > 0 && steps < 12);
    const Particle& p = particles[i];
    if (p.position.x != i + steps || p.position.y != y || p.position.z != steps || p.stopped != (y <= 0)) {
      printf("particle %d is at %d, %d after %d steps, should be at %d, %d after %d\n", i, p.position.x, p.position.y,
             p.position.z, i + steps, y, steps);
      return 1;
    }
  }
  printf("right\n");
  return 0;
}
