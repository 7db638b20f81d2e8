// run_record.h - run.json: everything that it takes to repeat a run, and what came of it.
#pragma once
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/run/train_options.h"
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

/// What the weights of one epoch are worth on both splits: loss, accuracy, and for the validation images the confusion
/// matrix, balanced accuracy, and for two classes sensitivity, specificity, precision and the area under the ROC curve.
nlohmann::ordered_json evaluation_record(int epoch, const Evaluation& training, const Evaluation& validation,
                                         const DataSplits&);

/// The metrics of one split, as they stand in run.json and in what `gridstride eval` writes.
nlohmann::ordered_json metrics_record(const Evaluation&, const std::vector<std::int32_t>& labels, std::size_t classes);

/// "lenet-32", with what differs from the defaults: "lenet-32-sgd-lr0.001-b4-e50-hinge-photos".
std::string run_name(const TrainOptions&, int base);

}  // namespace gs::apps
