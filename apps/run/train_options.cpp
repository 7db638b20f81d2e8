// train_options.cpp - the flags of `gridstride train`, in the sections of its help page.
#include "apps/run/train_options.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/device_flag.h"
#include "apps/kernel/kernel_flag.h"
#include "apps/run/recorded_data.h"
#include "apps/run/resume.h"
#include "apps/run/step_samples.h"
#include "engine/core/error.h"
#include "kernels/common/grouped.h"
#include "models/models.h"

namespace gs::apps {
namespace {

void add_network(Arguments& a, TrainOptions& o) {
  a.section("Network");
  a.value("--base", o.base, "base width: filters of the first layer", whole_number(1, most_base), "N")
      .default_str("the model's own");
  a.value("--depth", o.depth, "layers with weights: resnet 6n + 2; vgg 11, 13, 16 or 19", whole_number(1, 4096), "N")
      .default_str("the model's own");
  a.choice("--features", o.features, "input of the mlp: the pixels, or OpenCV's histograms of oriented gradients",
           {"pixels", "hog"});
  a.value("--dropout", o.dropout, "share of the hidden units that are dropped", number_in(0, 1), "P")
      .default_str("0; alexnet2012: 0.5");
  a.value("--init-from", o.init_from,
          "start from the weights of a run, of its .safetensors, or of a file with PyTorch's names and layouts, in "
          "each layer that they fit (docs/python.md)",
          some_text(), "RUN|FILE");
  a.value("--freeze", o.freeze, "layers that keep their weights: conv*, or conv1,bn1", some_text(), "A,B")
      .separated_by_commas();
}

void add_training(Arguments& a, TrainOptions& o) {
  a.section("Training");
  a.value("--epochs", o.epochs, "passes over the training images", whole_number(1), "N");
  a.value("--batch", o.batch, "images per step", whole_number(1, most_batch), "N");
  a.value("--lr", o.learning_rate, "learning rate", positive_number(), "X");
  add_optimizer_flags(a, o.optimizer);
  a.choice("--schedule", o.schedule, "learning rate over the epochs", {"constant", "step", "cosine"});
  a.value("--step-epochs", o.step_epochs, "epochs between two reductions of --schedule step", whole_number(1), "N");
  a.value("--step-factor", o.step_factor, "factor on the rate at each reduction of --schedule step",
          number_inside(0, 1), "X");
  a.value("--warm-up", o.warm_up, "epochs over which the rate grows to --lr", whole_number(0), "N");
  a.value("--patience", o.patience, "stop if val_loss has not improved for N epochs; 0: never", whole_number(0), "N");
  a.choice("--loss", o.loss, "auto: bce for two classes, else softmax", {"auto", "bce", "softmax", "hinge"});
  a.choice("--output", o.output, "transform applied before the hinge loss", {"linear", "sigmoid"});
  a.value("--positive", o.positive, "the class, of two, that a positive logit stands for", some_text(), "NAME")
      .default_str("the second by name");
  a.value("--label-smoothing", o.label_smoothing, "share of the target that is spread over all classes",
          number_in(0, 1), "X");
  a.choice("--class-weight", o.class_weight, "balanced: weight n / (K n_k), so that every class counts the same",
           {"none", "balanced"});
  a.value("--seed", o.seed, "seed of weights, order, dropout and augmentation", seed_number(), "N");
}

void add_augmentation(Arguments& a, TrainOptions& o) {
  a.section("Augmentation of training images, on the device");
  a.choice("--flip", o.flip, "mirror with probability 1/2", {"none", "horizontal", "vertical", "both"});
  a.value("--shift", o.shift, "shift by up to this share of the side", number_in(0, 1), "X");
  a.value("--rotate", o.rotate, "rotate by up to this many degrees", number_in(0, 181), "X");
  a.value("--brightness", o.brightness, "multiply by 1-X to 1+X", number_in(0, 1), "X");
}

void add_machine(Arguments& a, TrainOptions& o, const std::string& lists) {
  a.section("Machine");
  add_device_flag(a, o.device, lists);
  a.choice("--precision", o.precision, precision_text, {"fp32", "tf32", "bf16"}).default_str("tf32 on cuda, else fp32");
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.value("--impl", o.implementation,
          "auto (fastest as measured here), default (a fixed table), own (no vendor library), library (wherever "
          "possible), or calls of --explain with the implementation of each: "
          "\"conv1=direct,conv2.filter_gradient=onednn\"",
          some_text(), "TABLE");
  a.flag("--retune", o.retune, "discard the measurements of --impl auto and repeat them");
  a.flag("--epoch-loop", o.epoch_loop,
         "repeat training steps by a loop on the device: one launch per epoch, the same bits");
  a.value("--impl-from", o.implementation_from, "the implementations that another run used", some_text(), "RUN");
  a.value("--kernel", o.kernels, kernel_text, some_text(), "LAYER=FILE");
}

void add_ranks(Arguments& a, TrainOptions& o) {
  a.section("Several processes, which mpirun, srun or a list of GPUs has started");
  a.flag("--sync-batchnorm", o.sync_batch_norm,
         "normalise by the statistics of the whole batch, not of each process's images");
  a.flag("--shard", o.in_shares,
         "each process holds its share of the images and gets those of a batch from the others; the same bits");
}

void add_output(Arguments& a, TrainOptions& o) {
  a.section("Output");
  a.value("--out", o.out, "folder of the run", some_text(), "DIR")
      .default_str("runs/NAME, named after model and flags");
  a.flag("--overwrite", o.overwrite, "replace the run that is there");
  a.value("--resume", o.resume,
          "resume a run with its own flags, up to --epochs in all; --data: where its images are now", some_text(),
          "RUN");
  a.value("--stop-after", o.stop_after, "stop after this time with a checkpoint to go on from (status 75): 3h30m",
          time_span(), "TIME");
  a.flag("--eval-train", o.evaluate_training, "also evaluate the training images after every epoch");
  a.flag("--keep-predictions", o.keep_predictions, "keep the logits of the validation images after every epoch");
  a.flag("--profile", o.profile, "sample a few steps of every epoch; profile.html and profile.json join the run");
  a.flag("--tensorboard", o.tensorboard, "also write event files, for TensorBoard, into the run's folder");
  a.flag("--quiet", o.quiet, "print warnings and errors only");
  a.flag("--json-lines", o.json_lines,
         "print a JSON object a line instead: at the start, after each epoch, at the end");
  a.flag("--summary", o.summary, "print the network and stop");
  a.flag("--explain", o.explain, "print the compiled training step and stop");
  a.choice(
       "--for", o.explained_device,
       "explain for this device, which need not be here; cuda: own kernels only, interpreted for up to a minute where "
       "nvcc is",
       {"cuda"})
      .default_str("--device");
  a.allow_config();
}

}  // namespace

void check_run_flags(const TrainOptions& o, const Arguments& a) {
  check_optimizer_flags(o.optimizer, a);
  if (o.depth && find_model(o.model).default_depth == 0)
    throw UsageError(fmt::format("--depth {}: {} comes in one depth only", *o.depth, o.model));
  if (o.features == "hog" && o.model != "mlp")
    throw UsageError(fmt::format("--features hog is for the mlp: {} takes images", o.model));
  if (o.features == "hog")
    for (const char* flag : {"--flip", "--shift", "--rotate", "--brightness"})
      if (a.given(flag)) throw UsageError(fmt::format("{} changes images; --features hog trains on descriptors", flag));
  for (const char* flag : {"--step-epochs", "--step-factor"})
    if (a.given(flag) && o.schedule != "step") throw UsageError(fmt::format("{} is for --schedule step", flag));
  if (o.warm_up >= o.epochs && o.warm_up > 0)
    throw UsageError(fmt::format("--warm-up {} leaves nothing of {}", o.warm_up, plural(o.epochs, "epoch")));
  if (o.label_smoothing > 0 && o.loss == "hinge")
    throw UsageError("--label-smoothing is for bce and softmax, not hinge");
  if (o.output == "sigmoid" && o.loss != "hinge")
    throw UsageError("--output sigmoid is for --loss hinge; bce and softmax have theirs built in");
  if (o.loss == "softmax" && o.positive)
    throw UsageError("--positive is for losses with one output; --loss softmax has one per class");
  if (o.implementation_from && a.given("--impl"))
    throw UsageError("--impl-from brings its own table of implementations: leave out --impl");
  if (o.kernels) {
    if (o.device != "sim")
      throw UsageError(
          fmt::format("--kernel: kernels of your own run in the simulator: --device sim, not {}", o.device));
    if (o.precision.value_or("fp32") != "fp32")
      throw UsageError(fmt::format("--kernel: kernels of your own compute in fp32, not --precision {}", *o.precision));
    layer_kernels(*o.kernels);
    if (o.data.decoding == Decoding::stream)
      throw UsageError("--kernel: the built-in kernels train beside yours, on images in memory: not --decode stream");
  }
  check_data_flags(o.data);
}

bool belongs_to_one_run(const std::string& flag) {
  constexpr std::string_view flags[] = {"out",     "overwrite", "resume", "stop-after", "quiet",          "json-lines",
                                        "summary", "explain",   "for",    "help",       "sync-batchnorm", "shard",
                                        "config"};
  return std::ranges::find(flags, flag) != std::end(flags);
}

void add_run_flags(Arguments& a, TrainOptions& o, const std::string& lists) {
  a.positional("model,--model", o.model);
  a.section("Data");
  add_data_flags(a, o.data);
  add_split_flag(a, o.data);
  add_network(a, o);
  add_training(a, o);
  add_augmentation(a, o);
  add_machine(a, o, lists);
}

Arguments train_arguments(TrainOptions& o) {
  Arguments a("train MODEL [flags]",
              "Trains a network and writes runs/NAME/: run.json, history.csv, best.safetensors, last.safetensors. "
              "Without flags: LeNet's run 5a of the lab on built-in images. MODEL: see 'gridstride models'.");
  add_run_flags(a, o, "these GPUs train it together");
  add_ranks(a, o);
  add_output(a, o);
  return a;
}

bool parse_train_words(const Words& words, TrainOptions& o, std::map<std::string, std::string>& given) {
  Arguments a = train_arguments(o);
  if (!a.parse(words)) return false;
  given = a.given_values();
  if (o.resume) {
    const RunRestart restart = restart_of(*o.resume, given);
    const std::string run = *o.resume;
    o = TrainOptions();
    parse_train_words(restart.words, o, given);
    read_again(o.data, restart.data);
    o.resume = o.out = o.implementation_from = run;
    return true;
  }
  if (o.model.empty()) throw UsageError("train: which network? 'gridstride train lenet' trains the first one");
  check_run_flags(o, a);
  if (o.explained_device && !o.explain) throw UsageError("--for belongs to --explain");
  if (o.summary && o.explain) throw UsageError("--summary and --explain: one at a time");
  if (o.json_lines && o.quiet)
    throw UsageError("--json-lines and --quiet: one at a time; both leave out what is for people");
  if (o.json_lines && (o.summary || o.explain))
    throw UsageError(fmt::format("--json-lines is for a run; {} starts none", o.summary ? "--summary" : "--explain"));
  if (o.init_from && (o.summary || o.explain))
    throw UsageError(fmt::format("--init-from is for a run; {} starts none", o.summary ? "--summary" : "--explain"));
  if (o.profile && (o.device == "sim" || o.device == "ptx"))
    throw UsageError(fmt::format(
        "--profile: time means nothing on {0}; 'gridstride profile MODEL --device {0}' counts a step", o.device));
  if (o.profile && !sample_steps)
    throw UsageError("--profile: gridstride-train cannot profile; './gridstride build' builds the program that can");
  return true;
}

}  // namespace gs::apps
