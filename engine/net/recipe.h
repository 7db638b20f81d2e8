// recipe.h - everything about a training run except the network.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

enum class Precision { fp32, tf32, bf16 };

/// Learning-rate schedule: a factor on the recipe's rate for each epoch 0, 1, ...
struct Schedule {
  enum class Kind { constant, step, cosine };
  Kind kind = Kind::constant;
  int step_epochs = 30;      ///< step: after every so many epochs ...
  float step_factor = 0.1f;  ///< ... the rate is multiplied by this
  int warm_up_epochs = 0;    ///< epochs before the schedule, with factor (epoch + 1) / (warm_up_epochs + 1)
  /// constant: 1; step: step_factor^floor(e / step_epochs); cosine: (1 + cos(pi e / E)) / 2. e counts from the end of
  /// the warm-up, E = epochs - warm_up_epochs (Loshchilov and Hutter 2017).
  double factor(int epoch, int epochs) const;
};

struct Recipe {
  LossKind loss = LossKind::bce;
  Optimizer optimizer;  ///< the program sets its size and boundaries
  float learning_rate = 1e-5f;
  int batch = 8;
  int epochs = 20;
  Schedule schedule;
  Augmentation augmentation;         ///< training images only
  float label_smoothing = 0;         ///< in [0, 1); bce and softmax
  std::vector<float> class_weights;  ///< one per class (two for a loss with one output), or empty: all 1
  bool sync_batch_norm = false;  ///< several ranks normalise by the statistics of the whole batch, not of their rows
  Precision precision = Precision::fp32;
  std::uint64_t seed = 1;
};

std::string to_string(LossKind);        ///< bce, hinge, hinge_sigmoid, softmax
std::string to_string(Precision);       ///< fp32, tf32, bf16
std::string to_string(Schedule::Kind);  ///< constant, step, cosine

}  // namespace gs
