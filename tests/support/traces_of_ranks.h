// traces_of_ranks.h - ranks with their parts of each batch follow PyTorch's traces, as one process does.
#pragma once
#include <cstring>

#include "engine/ranks/ranks.h"
#include "tests/support/compare.h"
#include "tests/support/run_steps.h"
#include "tests/support/traces.h"

namespace gs::test {

/// Mean loss of each step over the images of all ranks, on rank 0; elsewhere empty.
inline std::vector<float> losses_of_all(Ranks& ranks, const std::vector<StepMetrics>& own) {
  std::vector<double> loss_sum(own.size(), 0);
  std::vector<std::uint32_t> images(own.size(), 0);
  const std::vector<std::string> reports =
      ranks.gather({reinterpret_cast<const char*>(own.data()), own.size() * sizeof(StepMetrics)});
  if (reports.empty()) return {};
  for (const std::string& report : reports) {
    std::vector<StepMetrics> other(own.size());
    std::memcpy(other.data(), report.data(), report.size());
    for (std::size_t i = 0; i < other.size(); ++i) loss_sum[i] += other[i].loss_sum, images[i] += other[i].valid;
  }
  std::vector<float> losses;
  for (std::size_t i = 0; i < own.size(); ++i) losses.push_back(float(loss_sum[i] / images[i]));
  return losses;
}

/// Trains each case of the model's traces as one of the ranks; rank 0 compares the losses of all.
inline void follow_traces(Ranks& ranks, Device& device, const std::string& model, const std::string& rule) {
  const Traces traces(model);
  for (const std::string& name : traces.cases()) {
    SCOPED_TRACE(model + ", " + name);
    Recipe recipe = traces.recipe(name);
    recipe.sync_batch_norm = true;
    if (recipe.batch < ranks.size()) continue;  // more ranks than images of a batch
    Program program(traces.net(name), recipe, device, {.rule = rule}, &ranks);
    program.initialize();
    program.set_parameters(traces.weights(name, program.net()));
    BoundTraining training(program, traces.data(name));
    std::vector<StepMetrics> metrics;
    for (int epoch = 0; epoch < traces.epochs(); ++epoch) {
      training.run_steps(std::uint32_t(epoch), traces.order(epoch));
      for (const StepMetrics& step : training.metrics(training.steps())) metrics.push_back(step);
    }
    const std::vector<double> want = traces.losses(name);
    ASSERT_EQ(metrics.size(), want.size());
    const std::vector<float> losses = losses_of_all(ranks, metrics);
    if (ranks.leads()) {
      EXPECT_TRUE(agree(losses, want, trace_bounds(want, Precision::fp32)));
    }
  }
}

}  // namespace gs::test
