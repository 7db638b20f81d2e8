// simulator.h - the simulator's interface for programs: options, errors, reports, and the registry of device memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kernels/common/check.h"
#include "kernels/sim/device_memory.h"
#include "kernels/sim/explanation.h"

namespace gs::simulator {

/// A kernel broke CUDA's rules. The message names the kernel, the block, the threads and the source lines.
struct SimError : Error {
  using Error::Error;
  SimError(const std::string& message, Explanation explanation) : Error(message), explanation(std::move(explanation)) {}
  Explanation explanation;
};

/// CUDA would refuse the launch: no thread has run.
struct LaunchRefused : SimError {
  using SimError::SimError;
};

struct Options {
  /// Start and resume threads, and run blocks, in a random order drawn from `seed` instead of ascending.
  bool random_order = false;
  std::uint64_t seed = 1;
  /// A barrier or warp operation that waits for an exited thread is an error. false: the hardware's rule, by which the
  /// thread no longer counts.
  bool strict_exit = true;
  /// Stack size of one simulated thread; read when an OS thread runs its first block.
  std::size_t stack_bytes = 128 << 10;
};

/// The options of all later launches. Change them between launches only.
Options& options();

/// One finding of the race checker. `text` is the whole message; a problem is reported once per pair of places.
struct Report {
  /// "race", "uninitialised shared memory", "read before the copy has come", "outside a shared array", "not device
  /// memory", "access before dependency_wait"
  std::string kind;
  std::string kernel;
  std::string text;
  Explanation explanation;
};

/// True if the program is linked with the race checker. Only then can reports appear.
bool checker_present();

/// Tells the checker, if it is linked, of a library with instrumented kernels that was loaded: `inside` lies in it.
void note_module(const void* inside);

/// The reports since the last call, oldest first.
std::vector<Report> take_reports();

}  // namespace gs::simulator
