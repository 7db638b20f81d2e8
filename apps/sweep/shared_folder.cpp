// shared_folder.cpp - the file only.lock.
#include "apps/sweep/shared_folder.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "apps/cli/interrupt.h"
#include "apps/cli/terminal.h"
#include "engine/core/error.h"
#include "engine/ranks/ranks.h"

namespace gs::apps {
namespace {

constexpr const char* lock_file = "only.lock";

}  // namespace

void open_shared_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  const int ranks = launched_rank().size;
  if (ranks > 1 && !ProcessLock::excludes(folder / lock_file))
    throw UsageError(
        fmt::format("--out {}: its file system has no locks (flock), and {} processes were started: two of them would "
                    "train the same run",
                    folder.string(), ranks));
}

bool writes_results() {
  return launched_rank().rank == 0;
}

ProcessLock only_process_in(const std::filesystem::path& folder, bool quiet) {
  const InterruptGuard interrupts;
  for (bool said = quiet;; said = true) {
    if (auto lock = ProcessLock::take(folder / lock_file)) return *std::move(lock);
    if (!said)
      print_now(fmt::format("waits for {}, which times runs or writes results in {}\n",
                            ProcessLock::holder(folder / lock_file), folder.string()));
    interrupts.check();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace gs::apps
