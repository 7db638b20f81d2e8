// run_directory.h - the folder runs/NAME/ of one run: the only place that reads and writes its files.
//
//   run.json                  the record: flags, network, recipe, data, machine; how it ended
//   history.csv               one line per epoch
//   best.safetensors          the weights of the epoch with the lowest validation loss
//   last.safetensors          the weights and the optimizer's state after the last epoch: a run resumes from it
//   predictions.safetensors   the logits of the validation images
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/core/safetensors.h"
#include "engine/train/checkpoint.h"
#include "engine/train/run_record.h"
#include "engine/train/trainer.h"

namespace gs {

class RunDirectory {
 public:
  /// Does not access the file system.
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  /// Removes the folders that claim() created if nothing was written.
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // ---- reading: each throws gs::Error that names the file and the fault ----

  /// run.json. Throws UsageError if there is none.
  RunRecord record() const;
  /// run.json; nullopt if there is none. Throws gs::Error if it is damaged, so that a damaged record is not overwritten
  /// as if it were missing.
  std::optional<RunRecord> record_if_any() const;
  std::vector<EpochResult> history() const;
  Checkpoint best(const Net&) const;
  Checkpoint last(const Net&) const;
  bool has_last() const;
  SafeTensors predictions() const;
  bool has_predictions() const;

  // ---- writing, after claim(): each file is replaced atomically ----

  /// Claims the folder before any work is done and creates it and its parents if needed. Throws UsageError if it is not
  /// empty and `overwrite` is false, and gs::Error if it cannot be written.
  void claim(bool overwrite);

  /// Starts the new run: replaces run.json, then removes the other files of an older run (only names that runs write,
  /// and profiles in its profile-DEVICE folders).
  void begin(const nlohmann::ordered_json& record);

  void write_record(const nlohmann::ordered_json&);
  void write_history(const std::vector<EpochResult>&);
  void write_best(const Net&, const Checkpoint&);
  void write_last(const Net&, const Checkpoint&);
  void write_predictions(const SafeTensors&);

 private:
  void make_missing_folders();

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  ///< outermost first
  bool written_ = false;
};

}  // namespace gs
