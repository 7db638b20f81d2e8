// repeated_run.h - `verify`: parts of a run are trained again and compared with what its folder says.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/train/run_record.h"

namespace gs::apps {

/// A part of a run that was trained again.
struct RepeatedPart {
  std::string name;                      ///< "epoch 1", "epochs 18 to 20"
  std::string weights;                   ///< checksum_of_weights() at its end, as recorded; empty: not recorded
  std::vector<std::string> differences;  ///< "epoch 18: val_loss is 0.5, recorded is 0.25"; empty: equal bits
  std::string left_out;                  ///< why it could not be trained again; empty: it was
};

struct RepeatedRun {
  RunRecord record;
  std::vector<RepeatedPart> parts;
  std::vector<std::string> elsewhere;  ///< differences between the machine and program of then and now

  bool equal() const;
};

/// Reads every file of the run, so that a damaged one is found. Then trains the first epoch again from the seed, and
/// the last ones from previous.safetensors, and compares losses, accuracies and weights. `device`: another one of the
/// same kind, as in cuda:1; empty: the run's. Changes no file. Throws UsageError if the folder holds no run or its run
/// has not ended; gs::Error if a file is damaged, or the data are others.
RepeatedRun repeat_run(const std::filesystem::path& folder, const std::string& device, int threads, bool quiet);

}  // namespace gs::apps
