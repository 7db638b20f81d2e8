// recipe.h - everything about a run that is not architecture.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

enum class Precision { fp32, tf32, bf16 };

/// How the learning rate goes over the epochs 0, 1, ... of a run: a factor on the recipe's rate.
struct Schedule {
  enum class Kind { constant, step, cosine };
  Kind kind = Kind::constant;
  int step_epochs = 30;      ///< step: every so many epochs ...
  float step_factor = 0.1f;  ///< ... the rate is multiplied by this
  int warm_up_epochs = 0;    ///< before that, the rate grows linearly: (epoch + 1) / (warm_up_epochs + 1)
  /// constant 1; step factor^(e / step_epochs); cosine (1 + cos(pi e / E)) / 2, where e counts from the end of the
  /// warm-up and E = epochs - warm_up_epochs (Loshchilov and Hutter 2017).
  double factor(int epoch, int epochs) const;
};

struct Recipe {
  LossKind loss = LossKind::bce;
  Optimizer optimizer;  ///< its size and boundaries are set when a program is compiled
  float learning_rate = 1e-5f;
  int batch = 8;
  int epochs = 20;
  Schedule schedule;
  Augmentation augmentation;         ///< of training images
  float label_smoothing = 0;         ///< in [0, 1); bce and softmax
  std::vector<float> class_weights;  ///< one a class (two for a loss with one output), or empty: all 1
  Precision precision = Precision::fp32;
  std::uint64_t seed = 1;
};

std::string to_string(LossKind);        ///< bce, hinge, hinge_sigmoid, softmax
std::string to_string(Precision);       ///< fp32, tf32, bf16
std::string to_string(Schedule::Kind);  ///< constant, step, cosine

}  // namespace gs
