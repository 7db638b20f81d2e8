// tuning_cache.h - what the autotuner measured, kept on disk: a choice that was made once is not timed again.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gs {

/// One implementation's time for one problem: quartiles of microseconds a call, or why it may not be used.
struct CandidateTime {
  std::string name;
  double low_us = 0, median_us = 0, high_us = 0;
  std::string refused;
};

struct TuningResult {
  std::string chosen;
  std::string date;                  ///< UTC, when it was measured
  std::vector<CandidateTime> times;  ///< the default table's choice first
};

/// machine -> problem -> result. The file is JSON and is written whole or not at all; one that cannot be read or
/// written costs time, never a run. Processes that tune at the same time take turns, so that they make the same
/// choices.
class TuningCache {
 public:
  /// Without a file the results live as long as this object. `retune` forgets what was measured before.
  TuningCache(std::optional<std::filesystem::path> file, std::string machine, bool retune = false);
  ~TuningCache();

  const TuningResult* find(const std::string& problem) const;

  /// Call before measuring: waits until no other process measures, and reads what that one has found meanwhile.
  void lock();
  void put(const std::string& problem, TuningResult);
  /// Writes what was put since lock() and lets others measure. Without lock() before, nothing happens.
  void save_and_unlock();

 private:
  void read();
  void write() const;

  struct Lock;
  std::optional<std::filesystem::path> file_;
  std::string machine_;
  bool retune_;
  std::map<std::string, TuningResult> results_;
  std::set<std::string> fresh_;  ///< measured by this object
  std::unique_ptr<Lock> lock_;
};

}  // namespace gs
