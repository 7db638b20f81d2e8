// train.cpp - `gridstride train`: from the command line to a finished run.
#include "apps/cli/data_flags.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/profile/explanation_with_counts.h"
#include "apps/run/compose_record.h"
#include "apps/run/prepared_run.h"
#include "apps/run/ranks_of_run.h"
#include "apps/run/train_options.h"
#include "apps/run/train_plan.h"
#include "apps/run/train_run.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "engine/device/instruction_counter.h"
#include "models/models.h"

namespace gs::apps {
namespace {

/// The shape and the classes that --summary and --explain need. Those of the built-in data are known without drawing
/// it.
struct DataFacts {
  Shape image;
  std::size_t classes;
};

DataFacts data_facts(const TrainOptions& o) {
  if (o.data.data == built_in_data && o.features == "pixels") {
    const ImageSize size = o.data.image_size.value_or(default_image_size);
    return {{size.h, size.w, o.data.channels.value_or(1)}, 2};
  }
  const DataSplits data = load_training_data(o);
  return {{data.train.h, data.train.w, data.train.c}, data.classes.size()};
}

int print_summary_or_explain(const TrainOptions& o) {
  const DataFacts facts = data_facts(o);
  const LossKind loss = choose_loss(o, facts.classes);
  const Net net = build_net(o, facts.image, loss, facts.classes);
  if (o.summary) {
    print_text(summary(net));
    return 0;
  }
  const bool counted = instruction_counter() && (o.explained_device || o.device == "ptx");
  TrainOptions on_device = o;
  if (counted) on_device.device = "ptx";
  Precision precision;
  const auto device = o.explained_device && !counted ? describe_gpu(tf32_allowed(o.precision).value_or(true))
                                                     : open_device_for(on_device, precision);
  if (o.explained_device) {
    precision = choose_precision(o.precision, device->name());
    check_table_fits(o, precision);
  }
  ImplementationChoice choice = choose_implementations(on_device);
  if (counted && o.explained_device) choice.rule = "own";  // a described GPU has no library, either
  Program program(net, build_recipe(o, loss, precision), *device, choice);
  print_text(counted ? explanation_with_counts(program, facts.classes) : program.explain());
  return 0;
}

}  // namespace

int train_command(const Words& words) {
  TrainOptions o;
  std::map<std::string, std::string> given;
  if (!parse_train_words(words, o, given)) return 0;
  if (o.summary || o.explain) {
    o.device = for_one_process(o.device);
    return print_summary_or_explain(o);
  }
  start_ranks_of_list(o.device);
  return train_run(o, words, given, {});
}

}  // namespace gs::apps
