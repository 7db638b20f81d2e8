// train_report.cpp - header and footer of a training run.
#include "apps/run/train_report.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/help.h"
#include "apps/cli/progress.h"
#include "apps/run/initial_weights.h"
#include "apps/run/machine.h"
#include "engine/net/freeze.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

constexpr int label_width = 9;

std::string line(const std::string& label, const std::string& text, int width) {
  return fmt::format("{:<{}}{}\n", label, label_width, wrapped(text, std::max(20, width - label_width), label_width));
}

std::string classes_text(const DataSplits& data) {
  if (data.classes.size() > 6) return fmt::format("{} classes", data.classes.size());
  return fmt::format("{} classes {}", data.classes.size(), fmt::join(data.classes, ", "));
}

/// "3 on a, b, with 11 + 11 + 10 images of a batch".
std::string ranks_text(const SharedBatch& shared) {
  std::set<std::string> hosts;
  std::vector<int> rows;
  for (int r = 0; r < shared.ranks->size(); ++r) {
    hosts.insert(shared.ranks->host(r));
    rows.push_back(shared.division.rows(r));
  }
  return fmt::format("{} on {}, with {} images of a batch", rows.size(), fmt::join(hosts, ", "),
                     fmt::join(rows, " + "));
}

}  // namespace

std::string run_header(const Program& program, const TrainOptions& o, const DataSplits& data,
                       const std::string& positive, const std::optional<RunRecord::InitialWeights>& weights,
                       const std::string& folder, int width) {
  const Net& net = program.net();
  const Recipe& r = program.recipe();
  const Device& device = program.device();
  std::string out = line("network",
                         fmt::format("{}, {} parameters, input {}x{}x{}", net.name, grouped(net.parameter_count()),
                                     net.input.h, net.input.w, net.input.c),
                         width);
  out += line("data",
              fmt::format("{}, {} + {} images, {}{}{}", data.source, data.train.n, data.validation.n,
                          classes_text(data), positive.empty() ? "" : fmt::format(", positive {}", positive),
                          data.train.stream ? ", decoded for each epoch" : ""),
              width);
  out += line("recipe",
              fmt::format("{}, learning rate {:g}, batch {}, {}, loss {}, seed {}", o.optimizer.name, o.learning_rate,
                          r.batch, plural(r.epochs, "epoch"), to_string(r.loss), r.seed),
              width);
  if (weights) out += line("weights", words_of(*weights), width);
  if (const auto frozen = frozen_layers(net); !frozen.empty())
    out += line("frozen",
                fmt::format("{}: {} of {} parameters are trained", fmt::join(frozen, ", "),
                            grouped(net.trained_parameter_count()), grouped(net.parameter_count())),
                width);
  out += line("device",
              fmt::format("{}: {}, {}", device.name(), device.description(),
                          precision_words(to_string(r.precision), device.name())),
              width);
  if (const SharedBatch& shared = program.shared_batch(); shared.is_shared())
    out += line("ranks", ranks_text(shared), width);
  return out + line("folder", folder, width);
}

std::string run_footer(const RunAssessment& assessment, const std::string& folder, const std::string& page,
                       double seconds, std::optional<double> waited_seconds, int width) {
  std::string out = fmt::format("\n{}\n\n", wrapped(assessment.text, std::min(width, 100)));
  if (waited_seconds)
    out += line("decoding", fmt::format("steps waited {} for pictures", duration(*waited_seconds)), width);
  return out + line("written",
                    fmt::format("{}/ in {}{}", folder, duration(seconds),
                                page.empty() ? "" : fmt::format("; {}/{}", folder, page)),
                    width);
}

}  // namespace gs::apps
