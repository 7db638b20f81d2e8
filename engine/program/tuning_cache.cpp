// tuning_cache.cpp - the autotuner's cache file, and the lock that serialises tuning processes.
#include "engine/program/tuning_cache.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "engine/core/atomic_file.h"
#include "engine/core/descriptor.h"
#include "engine/core/json_text.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

using Json = nlohmann::json;

constexpr const char* kernels_key = "kernels";  ///< in a machine's entry, beside its problems

/// Empty if the file is missing or damaged: then all is measured again.
Json read_all(const std::filesystem::path& path) try {
  Json all = read_json(path);
  return all.is_object() ? all : Json::object();
} catch (const Error&) {
  return Json::object();
}

Json to_json(const TuningResult& result) {
  Json times = Json::array();
  for (const CandidateTime& t : result.times) {
    Json entry = {{"name", t.name}};
    if (t.refused.empty())
      entry["us"] = {t.low_us, t.median_us, t.high_us};
    else
      entry["refused"] = t.refused;
    times.push_back(std::move(entry));
  }
  return {{"chosen", result.chosen}, {"date", result.date}, {"times", std::move(times)}};
}

/// Throws Json::exception if a field is missing or has the wrong type.
TuningResult from_json(const Json& json) {
  TuningResult result{json.at("chosen"), json.at("date"), {}};
  for (const Json& entry : json.at("times")) {
    CandidateTime t{.name = entry.at("name"), .refused = entry.value("refused", "")};
    if (t.refused.empty()) {
      t.low_us = entry.at("us").at(0);
      t.median_us = entry.at("us").at(1);
      t.high_us = entry.at("us").at(2);
    }
    result.times.push_back(std::move(t));
  }
  return result;
}

}  // namespace

/// An exclusive flock on a file beside the cache; the kernel releases it even if the process crashes.
struct TuningCache::Lock {
  explicit Lock(const std::filesystem::path& path) : file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    while (file.is_open() && ::flock(file.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  Descriptor file;
};

TuningCache::TuningCache(std::optional<std::filesystem::path> file, std::string machine, bool retune,
                         std::string kernels)
    : file_(std::move(file)), machine_(std::move(machine)), kernels_(std::move(kernels)), retune_(retune) {
  read();
}
TuningCache::~TuningCache() = default;

const TuningResult* TuningCache::find(const std::string& problem) const {
  const auto at = results_.find(problem);
  if (at == results_.end() || (retune_ && !fresh_.contains(problem))) return nullptr;
  return &at->second;
}

void TuningCache::lock() {
  if (lock_ || !file_) return;
  std::error_code ignored;  // writing the file fails later if the folder is missing
  std::filesystem::create_directories(file_->parent_path(), ignored);
  lock_ = std::make_unique<Lock>(std::filesystem::path(*file_) += ".lock");
  read();
}

void TuningCache::put(const std::string& problem, TuningResult result) {
  results_[problem] = std::move(result);
  fresh_.insert(problem);
}

void TuningCache::save_and_unlock() {
  if (!lock_) return;
  try {
    write();
  } catch (const Error&) {
    // A read-only home: the next run measures again.
  }
  lock_.reset();
}

void TuningCache::read() {
  if (!file_) return;
  const Json all = read_all(*file_);
  if (!all.contains(machine_) || !all[machine_].is_object()) return;
  const Json& mine = all[machine_];
  const auto kernels = mine.find(kernels_key);
  if ((kernels == mine.end() ? Json("") : *kernels) != kernels_) return;  // times of others
  for (const auto& [problem, json] : mine.items()) {
    if (problem == kernels_key || fresh_.contains(problem)) continue;
    try {
      results_[problem] = from_json(json);
    } catch (const Json::exception&) {
      results_.erase(problem);  // damaged: measure again
    }
  }
}

void TuningCache::write() const {
  Json all = read_all(*file_);  // other machines may share the folder
  Json& mine = all[machine_] = {{kernels_key, kernels_}};
  for (const auto& [problem, result] : results_) mine[problem] = to_json(result);
  write_file(*file_, json_text(all, 1) + "\n");
}

}  // namespace gs
