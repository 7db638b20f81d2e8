// cases.h - kernels of the simulator's own tests, compiled for host and sim, plain and instrumented.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernels/common/target.h"

namespace gs {

/// A mistake and its correction. Both use at most 256 floats of device memory at `memory`, initially zero; `host` is
/// host memory.
struct BrokenCase {
  std::string_view name;
  void (*run)(float* memory, float* host, bool broken);
};

/// Built-in variables as a kernel saw them.
struct Seen {
  unsigned thread[3], block[3], block_extent[3], grid_extent[3];
};

namespace sim {
// broken_meetings.cu, broken_addresses.cu, broken_ordering.cu
std::span<const BrokenCase> cases_the_runtime_catches();
std::span<const BrokenCase> cases_address_sanitizer_catches();
std::span<const BrokenCase> cases_the_checker_catches();
/// Ends the program: by the signal of a guard page, or with status 7 if the stack below was written.
void overflow_the_stack();

// correct_kernels.cu
void count_up(int* counter, unsigned blocks, unsigned threads);
void last_block_sums(float* sum, float* partial, unsigned* tickets, const float* x, unsigned blocks);
}  // namespace sim

constexpr int kept_numbers = 16;  // of keep_over_barriers(), per thread and array

// correct_kernels.cu, on both targets
#define GS_DECLARE_CORRECT_KERNELS(target)                                                                             \
  namespace target {                                                                                                   \
  void see(Seen* seen, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz);                  \
  void launch_shape(unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, std::size_t shared); \
  void reverse_in_shared(float* y, const float* x, unsigned blocks, unsigned threads, bool dynamic);                   \
  void shuffle_all(int* y, unsigned blocks);                                                                           \
  void vote_all(unsigned* y);                                                                                          \
  void atomics_all(int* y, float* z, unsigned blocks, unsigned threads);                                               \
  void keep_over_barriers(double* y, std::int64_t* z, unsigned threads, int rounds);                                   \
  void read_fresh_shared(float* y);                                                                                    \
  void visit_once(int* visits, std::int64_t n);                                                                        \
  void record_shares(std::int64_t n, std::int64_t grain, std::int64_t* begins, std::int64_t* ends, int* shares);       \
  void throw_from_kernel();                                                                                            \
  void throw_from_share(std::int64_t n);                                                                               \
  void order_of_threads(int* order, int* next, unsigned threads);                                                      \
  void tiled_product(float* c, const float* a, const float* b, int n);                                                 \
  void exit_early(float* y, int staying);                                                                              \
  void exponentials(float* y, const float* x, std::int64_t n);                                                         \
  std::string name_of_a_template();                                                                                    \
  }
GS_DECLARE_CORRECT_KERNELS(host)
GS_DECLARE_CORRECT_KERNELS(sim)
#undef GS_DECLARE_CORRECT_KERNELS

}  // namespace gs
