// run_record.h - run.json: everything that it takes to repeat a run, and what came of it.
#pragma once
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/train_options.h"
#include "engine/program/program.h"
#include "engine/train/verdict.h"

namespace gs::apps {

/// The record of a run that is about to start ("status": "running").
nlohmann::ordered_json start_record(const Words& words, const std::map<std::string, std::string>& given,
                                    const TrainOptions&, const DataSplits&, const std::string& positive,
                                    const Program&);

/// Adds how the run ended: "finished", "interrupted" or "failed" with its message.
void end_record(nlohmann::ordered_json&, const std::string& status, const std::vector<EpochResult>& history,
                const Verdict&, double seconds, const std::string& message = "");

/// "lenet-32", with what differs from the defaults: "lenet-32-sgd-lr0.001-b4-e50-hinge-photos".
std::string run_name(const TrainOptions&, int base);

}  // namespace gs::apps
