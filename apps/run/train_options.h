// train_options.h - the options of `gridstride train`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/arguments.h"
#include "apps/run/optimizer_flags.h"
#include "engine/data/dataset.h"

namespace gs::apps {

/// The text of --help for --precision.
inline constexpr const char* precision_text =
    "tf32 rounds the factors of products and convolutions to 10 bits of mantissa; bf16 stores activations and the "
    "weights that layers read in 16 bits, and trains fp32 ones. On cpu both are emulated: it rounds as tensor cores "
    "do, and is no faster";

inline constexpr int most_base = 4096, most_batch = 65536;

/// The defaults are the lab's task 5a.
struct TrainOptions {
  std::string model;
  std::optional<int> base;        ///< unset: the model's own
  std::optional<int> depth;       ///< likewise
  std::optional<double> dropout;  ///< unset: the model's own
  std::string features = "pixels";
  DataRequest data;
  std::optional<std::string> init_from;  ///< a run or a file whose weights the run starts from
  std::vector<std::string> freeze;       ///< patterns of names of layers that keep their weights

  int epochs = 20, batch = 8;
  double learning_rate = 1e-5;
  OptimizerOptions optimizer;
  std::string schedule = "constant";
  int step_epochs = 30, warm_up = 0;
  double step_factor = 0.1;
  int patience = 0;  ///< 0: train to the end
  double label_smoothing = 0;
  std::string class_weight = "none";
  std::string flip = "none";
  double shift = 0, rotate = 0, brightness = 0;
  std::string loss = "auto", output = "linear";
  std::optional<std::string> positive;
  std::uint64_t seed = 1;

  std::string device = "auto";
  std::optional<std::string> precision;  ///< unset: tf32 on cuda, else fp32
  int threads = 0;
  std::string implementation = "auto";
  bool retune = false;
  bool epoch_loop = false;
  bool sync_batch_norm = false;  ///< Recipe::sync_batch_norm
  bool in_shares = false;        ///< TrainerOptions::in_shares
  std::optional<std::string> implementation_from;
  std::optional<std::string> kernels;  ///< --kernel: layers with kernels of the user's files

  std::optional<std::string> out;
  bool overwrite = false, quiet = false, summary = false, explain = false;
  std::optional<std::string> explained_device;  ///< --for: a device that need not be present
  bool evaluate_training = false, keep_predictions = false;
  bool profile = false;                   ///< sample a few steps of every epoch
  bool tensorboard = false;               ///< event files for TensorBoard
  bool json_lines = false;                ///< print progress for scripts instead
  std::optional<std::string> resume;      ///< the folder of a run to go on with
  std::optional<std::string> stop_after;  ///< as in 3h30m
};

/// Adds the model and the flags that define a run (data, network, training, augmentation, machine), bound to `options`,
/// which must live as long. `lists`: add_device_flag().
void add_run_flags(Arguments&, TrainOptions& options, const std::string& lists = "");

/// Throws UsageError if flags of add_run_flags contradict each other.
void check_run_flags(const TrainOptions&, const Arguments&);

/// True for a flag that says where one run writes or what it prints: the runs of a lab or a sweep have no say in that.
bool belongs_to_one_run(const std::string& flag);

/// `gridstride train`'s arguments, bound to `options`, which must live as long.
Arguments train_arguments(TrainOptions& options);

/// Parses and checks `words`. With --resume RUN, the flags that RUN was started with, and those in `words` that may
/// change (restart_of() of resume.h). False if help was asked for and printed. `given`:
/// the flags that were given, name -> value. Throws UsageError.
bool parse_train_words(const Words& words, TrainOptions&, std::map<std::string, std::string>& given);

}  // namespace gs::apps
