// json_lines.h - --json-lines: the progress of a run for scripts, a JSON object a line (docs/runs.md has the fields).
#pragma once
#include <string>

#include <nlohmann/json.hpp>

#include "engine/program/program.h"
#include "engine/train/trainer.h"

namespace gs::apps {

/// "start": before the first epoch, which is `first_epoch`. `record`: run.json as it is then.
nlohmann::ordered_json start_line(const nlohmann::ordered_json& record, const std::string& folder, int first_epoch);

/// "epoch": after each.
nlohmann::ordered_json epoch_line(const EpochResult&, int epochs, bool best);

/// "end": once run.json says how the run ended.
nlohmann::ordered_json end_line(const nlohmann::ordered_json& record);

/// Prints it on standard output at once.
void print_json_line(const nlohmann::ordered_json&);

}  // namespace gs::apps
