// loaded.cpp - a learner's file inside of a program that trains with it (apps/kernel): its mistakes are exceptions for
// that program, in place of messages and an end (program.cpp).
#include <cmath>
#include <optional>

#include "kernels/sim/block.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/textbook/kernel_attributes.h"
#include "kernels/sim/textbook/messages.h"
#include "kernels/sim/textbook/names.h"
#include "kernels/sim/textbook/program.h"
#include "kernels/sim/time_limit.h"

namespace gs::textbook {
namespace {

[[noreturn]] void fail_at(source_location where, const std::string& message) {
  throw Error(path_from_here(where.file) + ":" + std::to_string(where.line) + ": " + message);
}

/// For kernels that the checker watches: one that takes 5 s, and 10 ms for each of its threads, is taken for endless.
class LaunchTime {
 public:
  explicit LaunchTime(const Configuration& c) {
    const double threads = double(c.grid.x) * c.grid.y * c.grid.z * c.block.x * c.block.y * c.block.z;
    simulator::limit_time(5 + std::floor(threads / 100), nullptr);
  }
  ~LaunchTime() {
    simulator::limit_time(0, nullptr);
    simulator::time_is_up = false;
  }
};

}  // namespace

void run(KernelName kernel, const Configuration& configuration, simulator::Invoke invoke, void* arguments,
         std::size_t argument_bytes, const PointerArgument* pointers, std::size_t pointer_count) {
  // The file is instrumented if the program has the checker. Without it, several threads may train at once.
  const bool checked = simulator::checker_present();
  if (checked) name_arguments(kernel.name, pointers, pointer_count);
  try {
    const simulator::Geometry geometry(configuration.grid, configuration.block, configuration.shared_bytes, false,
                                       configuration.where);
    check_shared_bytes(kernel, configuration);
    std::optional<LaunchTime> time;
    if (checked) time.emplace(configuration);
    simulator::run_grid({kernel.name, geometry, invoke, arguments, argument_bytes, checked, nullptr, nullptr});
  } catch (const simulator::SimError& error) {
    const simulator::Explanation& explanation = error.explanation;
    if (explanation.what.empty() || explanation.reported) throw;
    fail_at({explanation.file.c_str(), explanation.line},
            explanation.what + (explanation.code.empty() ? "" : "  [" + explanation.code + "]"));
  }
}

cudaError_t failed(cudaError_t error) {
  throw Error(std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error));
}

cudaError_t refused(cudaError_t, source_location where, const std::string& message) {
  fail_at(where, message);
}

cudaError_t refused(cudaError_t, const simulator::Explanation& explanation) {
  fail_at({explanation.file.c_str(), explanation.line}, explanation.what);
}

void note_once(source_location, const std::string&) {}

void assertion_failed(const char* condition, source_location where) {
  const std::string message = "the assertion `" + std::string(condition) + "` does not hold";
  if (!simulator::in_kernel()) fail_at(where, message);
  simulator::Explanation explanation;
  explanation.file = where.file;
  explanation.line = where.line;
  explanation.what = message;
  simulator::block_of("an assertion").fail("an assertion failed", std::move(explanation));
}

}  // namespace gs::textbook

cudaError_t cudaPeekAtLastError() {
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  return cudaSuccess;
}

/// Lies in the library, for who wants to know where that is.
extern "C" const char gridstride_loaded_textbook = 0;
