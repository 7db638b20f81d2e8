// tuning_cache.h - the autotuner's results on disk, so that no choice is timed twice.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/core/build_checksums.h"

namespace gs {

/// One implementation's time for one problem: quartiles in microseconds per call, or the reason for its refusal.
struct CandidateTime {
  std::string name;
  double low_us = 0, median_us = 0, high_us = 0;
  std::string refused;
};

struct TuningResult {
  std::string chosen;
  std::string date;                  ///< UTC day of the measurement
  std::vector<CandidateTime> times;  ///< the default first
};

/// machine -> problem -> result, as a JSON file that is written atomically. A machine's results are replaced if other
/// kernels were measured (build_checksums.h). If it cannot be read or written, problems
/// are measured again; no error is raised. Processes that tune at the same time take turns, so that they make the same
/// choices.
class TuningCache {
 public:
  /// Without a file the results live as long as this object. `retune` ignores earlier results.
  /// `kernels`: a checksum; results of others are as good as none.
  TuningCache(std::optional<std::filesystem::path> file, std::string machine, bool retune = false,
              std::string kernels = gridstride_kernels);
  ~TuningCache();

  const TuningResult* find(const std::string& problem) const;

  /// Call before measuring: waits until no other process measures, and reads its results.
  void lock();
  void put(const std::string& problem, TuningResult);
  /// Writes all results and lets other processes measure. Does nothing without an earlier lock().
  void save_and_unlock();

 private:
  void read();
  void write() const;

  struct Lock;
  std::optional<std::filesystem::path> file_;
  std::string machine_, kernels_;
  bool retune_;
  std::map<std::string, TuningResult> results_;
  std::set<std::string> fresh_;  ///< measured by this object
  std::unique_ptr<Lock> lock_;
};

}  // namespace gs
