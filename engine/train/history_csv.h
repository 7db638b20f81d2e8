// history_csv.h - the history of a run as text, and back.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/train/trainer.h"

namespace gs {

/// history.csv: the header epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s and a line an epoch;
/// train_loss,train_accuracy too if they were asked for.
std::string history_csv(const std::vector<EpochResult>&);

/// The inverse of history_csv. Throws gs::Error that names the line that is not as it should be.
std::vector<EpochResult> parse_history_csv(std::string_view text);

}  // namespace gs
