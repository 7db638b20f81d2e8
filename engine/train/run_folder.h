// run_folder.h - the folder runs/NAME/ of one run: who may write there, and the files in it.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/safetensors.h"
#include "engine/train/checkpoint.h"
#include "engine/train/trainer.h"

namespace gs {

class RunFolder {
 public:
  /// Claims a folder before any work is done; makes it, and the folders above it, if it is not there. Throws UsageError
  /// when it holds something and `overwrite` is false, and gs::Error when it cannot be written.
  RunFolder(std::filesystem::path folder, bool overwrite);
  /// Removes the folders that were made if nothing was ever written.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// The new run is ready: replaces run.json, then removes what else an older run left (only files that runs write, and
  /// profiles of the run in its profile-DEVICE).
  void begin(const std::string& run_json);

  void write_run(const std::string& run_json);
  void write_history(const std::vector<EpochResult>&);
  void write_best(const Net&, const Checkpoint&);
  void write_last(const Net&, const Checkpoint&);
  void write_predictions(const SafeTensors&);  ///< predictions.safetensors: what the net said of the validation images

  const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> made_;  ///< outermost first
  bool written_ = false;
};

/// history.csv: the header epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s and a line an epoch;
/// train_loss,train_accuracy too where they were asked for.
std::string history_csv(const std::vector<EpochResult>&);

/// The inverse of history_csv. Throws gs::Error that names the line that is not as it should be.
std::vector<EpochResult> parse_history_csv(std::string_view text);

}  // namespace gs
