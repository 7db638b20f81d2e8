// train_options.cpp - the flags of `gridstride train`, in the sections of its help page.
#include "apps/train_options.h"

#include <fmt/format.h>

#include "apps/data_flags.h"
#include "apps/resume.h"
#include "engine/core/error.h"

namespace gs::apps {
namespace {

void add_network(Arguments& a, TrainOptions& o) {
  a.section("Network");
  a.value("--base", o.base, "base width: filters of the first layer", whole_number(1, 4096), "N")
      ->default_str("the model's own");
  a.value("--dropout", o.dropout, "share of the hidden units that is dropped", number_in(0, 1), "P");
}

void add_training(Arguments& a, TrainOptions& o) {
  a.section("Training");
  a.value("--epochs", o.epochs, "passes over the training images", whole_number(1), "N");
  a.value("--batch", o.batch, "images a step", whole_number(1, 65536), "N");
  a.value("--lr", o.learning_rate, "learning rate", positive_number(), "X");
  a.choice("--optimizer", o.optimizer, "", {"adam", "sgd", "rmsprop"});
  a.value("--momentum", o.momentum, "of sgd", number_in(0, 1), "X");
  a.value("--rho", o.rho, "decay of rmsprop's mean square", number_in(0, 1), "X");
  a.value("--beta1", o.beta1, "decay of adam's first moment", number_in(0, 1), "X");
  a.value("--beta2", o.beta2, "decay of adam's second moment", number_in(0, 1), "X");
  a.value("--epsilon", o.epsilon, "of adam and rmsprop", positive_number(), "X");
  a.value("--weight-decay", o.weight_decay, "added to the gradient, times the weight", number_at_least_0(), "X");
  a.choice("--loss", o.loss, "auto: bce for two classes, else softmax", {"auto", "bce", "softmax", "hinge"});
  a.choice("--output", o.output, "what hinge sees of the logit", {"linear", "sigmoid"});
  a.value("--positive", o.positive, "of two classes, the one that a positive logit means", some_text(), "NAME")
      ->default_str("the second by name");
  a.value("--seed", o.seed, "of weights, order and dropout", seed_number(), "N");
}

void add_machine(Arguments& a, TrainOptions& o) {
  a.section("Machine");
  a.choice("--device", o.device, "auto: cuda if there is a GPU, else cpu", {"auto", "cuda", "cpu", "sim"});
  a.choice("--precision", o.precision, "of products and convolutions", {"fp32", "tf32", "bf16"})
      ->default_str("tf32 on cuda, else fp32");
  a.value("--threads", o.threads, "CPU threads; 0: all cores", whole_number(0, 4096), "N");
  a.value("--impl", o.implementation,
          "default, own (no vendor library), library (wherever it can), or steps of --explain with what should run "
          "them: \"conv1 forward=direct\", "
          "more after commas",
          some_text(), "TABLE");
  a.value("--impl-from", o.implementation_from, "the implementations that another run used", some_text(), "RUN");
}

void add_output(Arguments& a, TrainOptions& o) {
  a.section("Output");
  a.value("--out", o.out, "folder of the run", some_text(), "DIR")->default_str("runs/NAME, after model and flags");
  a.flag("--overwrite", o.overwrite, "replace the run that is there");
  a.value("--resume", o.resume, "go on with a run, to --epochs in all, with the flags that it was started with",
          some_text(), "RUN");
  a.flag("--quiet", o.quiet, "print warnings and errors only");
  a.flag("--summary", o.summary, "print the network and stop");
  a.flag("--explain", o.explain, "print the compiled training step and stop");
  a.allow_config();
}

/// Flags of an optimizer that another one does not have would be ignored silently: refused instead.
void check_optimizer_numbers(const TrainOptions& o, const Arguments& a) {
  const struct {
    const char *flag, *owners;
  } numbers[] = {{"--momentum", "sgd"},
                 {"--rho", "rmsprop"},
                 {"--beta1", "adam"},
                 {"--beta2", "adam"},
                 {"--epsilon", "adam or rmsprop"}};
  for (const auto& number : numbers)
    if (a.given(number.flag) && std::string(number.owners).find(o.optimizer) == std::string::npos)
      throw UsageError(fmt::format("{} is for --optimizer {}, not {}", number.flag, number.owners, o.optimizer));
}

void check_together(const TrainOptions& o, const Arguments& a) {
  check_optimizer_numbers(o, a);
  if (o.output == "sigmoid" && o.loss != "hinge")
    throw UsageError("--output sigmoid is for --loss hinge; bce and softmax have theirs built in");
  if (o.loss == "softmax" && o.positive)
    throw UsageError("--positive is for losses with one output; --loss softmax has one a class");
  if (o.precision == "bf16")
    throw UsageError("--precision bf16 is not available yet on any device; use fp32, or tf32 on cuda");
  if (o.implementation_from && a.given("--impl"))
    throw UsageError("--impl-from brings its own table of implementations: leave out --impl");
  if (o.summary && o.explain) throw UsageError("--summary and --explain: one at a time");
  check_data_flags(o.data);
}

}  // namespace

Arguments train_arguments(TrainOptions& o) {
  Arguments a("train MODEL [flags]",
              "Trains a network and writes runs/NAME/: run.json, history.csv, best.safetensors, last.safetensors. "
              "Without flags: LeNet's run 5a of the lab on built-in images. MODEL: see 'gridstride models'.");
  a.positional("model,--model", o.model);
  a.section("Data");
  add_data_flags(a, o.data);
  add_network(a, o);
  add_training(a, o);
  add_machine(a, o);
  add_output(a, o);
  return a;
}

bool parse_train_words(const Words& words, TrainOptions& o, std::map<std::string, std::string>& given) {
  Arguments a = train_arguments(o);
  if (!a.parse(words)) return false;
  given = a.given_values();
  if (o.resume) {
    const Words replayed = resumed_words(*o.resume, given);
    const std::string run = *o.resume;
    o = TrainOptions();
    parse_train_words(replayed, o, given);
    o.resume = o.out = o.implementation_from = run;
    return true;
  }
  if (o.model.empty()) throw UsageError("train: which network? 'gridstride train lenet' trains the first one");
  check_together(o, a);
  return true;
}

}  // namespace gs::apps
