// recipe.h - everything about a run that is not architecture.
#pragma once
#include <cstdint>
#include <string>

#include "kernels/loss/loss.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

enum class Precision { fp32, tf32, bf16 };

struct Recipe {
  LossKind loss = LossKind::bce;
  Optimizer optimizer;  ///< its size is set when a program is compiled
  float learning_rate = 1e-5f;
  int batch = 8;
  int epochs = 20;
  Precision precision = Precision::fp32;
  std::uint64_t seed = 1;
};

std::string to_string(LossKind);       ///< bce, hinge, hinge_sigmoid, softmax
std::string to_string(OptimizerKind);  ///< sgd, rmsprop, adam
std::string to_string(Precision);      ///< fp32, tf32, bf16

}  // namespace gs
