// history_csv.h - writes and parses history.csv.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/train/trainer.h"

namespace gs {

/// history.csv: the header epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s and one line per
/// epoch; with train_loss,train_accuracy if they were computed (--eval-train).
std::string history_csv(const std::vector<EpochResult>&);

/// Inverse of history_csv(). Throws gs::Error that names the malformed line.
std::vector<EpochResult> parse_history_csv(std::string_view text);

}  // namespace gs
