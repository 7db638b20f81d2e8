// run_directory.h - the folder runs/NAME/ of one run: the only place that reads and writes its files.
//
//   run.json                  the record: flags, network, recipe, data, machine; how it ended
//   history.csv               one line per epoch
//   best.safetensors          the weights of the epoch with the lowest validation loss
//   last.safetensors          the weights and the optimizer's state after the last epoch: a run resumes from it
//   previous.safetensors      what last.safetensors was before: `verify` repeats the run from there
//   predictions.safetensors   the logits of the validation images
//   events.out.tfevents.*     for TensorBoard; no part of the state (engine/train/event_file.h)
//
// They change together (folder_commit.h): after a crash at any moment they are all of one state of the run. run.lock
// keeps a second process out.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/core/folder_commit.h"
#include "engine/core/process_lock.h"
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
  Checkpoint previous(const Net&) const;
  bool has_best() const;
  bool has_last() const;
  bool has_previous() const;
  SafeTensors predictions() const;
  bool has_predictions() const;

  // ---- writing, after claim() ----

  /// Claims the folder before any work is done: creates it and its parents if needed, keeps other processes out until
  /// this object is gone, and clears up after a dead one. Throws UsageError if it is not empty and `overwrite` is
  /// false, or if a process has claimed it; gs::Error if it cannot be written.
  void claim(bool overwrite);

  /// claim(true) without waiting: false if a process has claimed the folder.
  bool claim_if_free();

  /// Who has claimed it: "process 4711 on host a ('gridstride train lenet')"; "another process" if that is not known.
  std::string holder() const;

  /// The lock of a claimed folder. A process that is started with it may claim the folder, too.
  const ProcessLock& lock() const { return *lock_; }

  /// Completes, in a folder that no process writes any more, the change in which a process was killed or met a full
  /// disk. The readers above need it not, but whoever looks at the files does. Does nothing, and needs no lock, if all
  /// is complete, and nothing if a process has claimed the folder.
  void clear_up();

  /// After the process that trained the run here has died without a word: run.json no longer says that it is running,
  /// but that it has failed, and why. Does nothing if that cannot be written.
  void note_death(const std::string& message) noexcept;
  /// After a failure that may be another run's fault: run.json says that it was interrupted. Likewise.
  void note_no_fault() noexcept;

  /// Starts the new run: run.json takes the place of all files of an older run (only names that runs write, and
  /// profiles in its profile-DEVICE folders).
  void begin(const nlohmann::ordered_json& record);

 private:
  friend class RunChange;

  std::filesystem::path file(const std::string& name) const;  ///< to read it; empty if there is none
  Checkpoint checkpoint(const char* name, const Net&) const;
  void change_status(const char* from, const char* to, const std::string& message) noexcept;
  void make_missing_folders();
  void open_folder();
  bool take_lock();
  void wait_for_lock();
  void remove_leftovers() const;

  std::filesystem::path path_;
  std::optional<ProcessLock> lock_;
  std::vector<std::filesystem::path> made_;  ///< outermost first
  bool written_ = false;
};

/// Files of a run that change together. Nothing changes before commit(); each call throws gs::Error that names the file
/// and the reason.
class RunChange {
 public:
  explicit RunChange(RunDirectory& directory) : directory_(directory), change_(directory.path()) {}

  void record(const nlohmann::ordered_json&);
  void history(const std::vector<EpochResult>&);
  void best(const Net&, const Checkpoint&);
  /// The file that it replaces stays as the previous one.
  void last(const Net&, const Checkpoint&);
  void predictions(const SafeTensors&);
  void commit();

 private:
  RunDirectory& directory_;
  FolderCommit change_;
};

}  // namespace gs
