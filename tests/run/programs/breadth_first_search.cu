// Breadth-first search in a graph of rows (CSR), one launch a level: the nodes of a level are a list, and an atomic
// operation lets one thread alone put a node into the next one.
#include <cuda_runtime.h>

#include <iostream>
#include <vector>

struct Graph {
  int nodes;
  const int* first_edge;  // of each node, and the end of the last
  const int* target;
};

__global__ void next_level(Graph graph, int* level, int current, const int* nodes, int count, int* next,
                           int* next_count) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x)
    for (int edge = graph.first_edge[nodes[i]]; edge < graph.first_edge[nodes[i] + 1]; ++edge) {
      const int target = graph.target[edge];
      if (atomicCAS(&level[target], -1, current + 1) == -1) next[atomicAdd(next_count, 1)] = target;
    }
}

int main() {
  const int side = 12, nodes = side * side;  // a grid: the level of a node is its distance in steps
  std::vector<int> first_edge = {0}, target, level(nodes, -1);
  for (int node = 0; node < nodes; ++node) {
    const int x = node % side, y = node / side;
    if (x > 0) target.push_back(node - 1);
    if (x < side - 1) target.push_back(node + 1);
    if (y > 0) target.push_back(node - side);
    if (y < side - 1) target.push_back(node + side);
    first_edge.push_back(target.size());
  }
  level[0] = 0;
  int *d_first_edge, *d_target, *d_level, *list, *next_list, *next_count;
  cudaMalloc((void**)&d_first_edge, first_edge.size() * sizeof(int));
  cudaMalloc((void**)&d_target, target.size() * sizeof(int));
  cudaMalloc((void**)&d_level, nodes * sizeof(int));
  cudaMalloc((void**)&list, nodes * sizeof(int));
  cudaMalloc((void**)&next_list, nodes * sizeof(int));
  cudaMallocManaged((void**)&next_count, sizeof(int));
  cudaMemcpy(d_first_edge, first_edge.data(), first_edge.size() * sizeof(int), cudaMemcpyHostToDevice);
  cudaMemcpy(d_target, target.data(), target.size() * sizeof(int), cudaMemcpyHostToDevice);
  cudaMemcpy(d_level, level.data(), nodes * sizeof(int), cudaMemcpyHostToDevice);
  const Graph graph = {nodes, d_first_edge, d_target};
  cudaMemset(list, 0, sizeof(int));  // the first node
  int levels = 0;
  for (int count = 1; count > 0; count = *next_count) {
    *next_count = 0;
    next_level<<<2, 32>>>(graph, d_level, levels++, list, count, next_list, next_count);
    cudaDeviceSynchronize();
    std::swap(list, next_list);
  }
  cudaMemcpy(level.data(), d_level, nodes * sizeof(int), cudaMemcpyDeviceToHost);
  for (int node = 0; node < nodes; ++node)
    if (level[node] != node % side + node / side) std::cout << "node " << node << " has level " << level[node] << "\n";
  std::cout << levels << " levels" << std::endl;
  cudaFree(d_first_edge);
  cudaFree(d_target);
  cudaFree(d_level);
  cudaFree(list);
  cudaFree(next_list);
  cudaFree(next_count);
}
