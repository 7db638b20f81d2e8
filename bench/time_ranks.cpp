// time_ranks.cpp - how long ranks need for a sum: hand-over to the thread of MPI, both exchanges, and the addition.
//
//   ninja -C build time_ranks && mpirun -n 2 --bind-to none build/tests/time_ranks
//
// Rank 0 prints the least and the median time of a sum, in microseconds, per size in bytes.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "engine/ranks/ranks.h"

int main() {
  using Clock = std::chrono::steady_clock;
  const std::unique_ptr<gs::Ranks> ranks = gs::join_ranks();
  if (!ranks) {
    std::puts("time_ranks needs several processes: mpirun -n 2 time_ranks");
    return 1;
  }
  const std::vector<float> weights(std::size_t(ranks->size()), 1.0f / float(ranks->size()));
  if (ranks->leads()) std::printf("| bytes | least us | median us |\n|---|---|---|\n");
  for (std::size_t count = 1; count <= std::size_t(1) << 24; count *= 8) {
    std::vector<float> values(count, 1.0f);
    std::vector<double> times;
    const int times_wanted = count < 1 << 18 ? 1000 : 20;
    for (int i = 0; i < times_wanted; ++i) {
      const auto start = Clock::now();
      ranks->begin_sum(values, weights);
      ranks->finish_sums();
      times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    std::ranges::sort(times);
    if (ranks->leads())
      std::printf("| %zu | %.1f | %.1f |\n", count * sizeof(float), times.front(), times[times.size() / 2]);
  }
}
