// compose_record.h - composes run.json: everything that is needed to repeat a run, and its results.
#pragma once
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/kernel/built_in_twin.h"
#include "apps/run/resume.h"
#include "apps/run/train_options.h"
#include "engine/program/program.h"
#include "engine/train/run_assessment.h"

namespace gs::apps {

/// The record of a run that is about to start ("status": "running").
nlohmann::ordered_json start_record(const Words& words, const std::map<std::string, std::string>& given,
                                    const TrainOptions&, const DataSplits&, const std::string& positive,
                                    const Program&);

/// Adds that the run went on: when, after how much, and which flags differ from those before.
void add_resumption(nlohmann::ordered_json&, const Earlier&);

/// Adds the weights that the run began with, by --init-from.
void add_initial_weights(nlohmann::ordered_json&, const RunRecord::InitialWeights&);

/// The distance of a run with kernels of the user's own from one without.
nlohmann::ordered_json distance_record(const Distance&);

/// Adds the end of the run: "finished", "interrupted" or "failed" with its message.
void end_record(nlohmann::ordered_json&, const std::string& status, const std::vector<EpochResult>& history,
                const RunAssessment&, double seconds, const std::string& message = "");

/// The quality of one epoch's weights: loss and accuracy on both splits; for the validation images also the confusion
/// matrix and balanced accuracy, and for two classes sensitivity, specificity, precision and the area under the ROC
/// curve.
nlohmann::ordered_json evaluation_record(int epoch, const Evaluation& training, const Evaluation& validation,
                                         const DataSplits&);

/// The metrics of one split, as run.json and `gridstride eval` give them.
nlohmann::ordered_json metrics_record(const Evaluation&, const std::vector<std::int32_t>& labels, std::size_t classes);

/// "lenet-32", with the flags that differ from their defaults: "lenet-32-sgd-lr0.001-b4-e50-hinge-photos".
std::string run_name(const TrainOptions&, int base);

}  // namespace gs::apps
