// recipe.cpp - the recipe's words, as the command line and run.json spell them.
#include "engine/net/recipe.h"

namespace gs {

std::string to_string(LossKind kind) {
  switch (kind) {
    case LossKind::bce:
      return "bce";
    case LossKind::hinge:
      return "hinge";
    case LossKind::hinge_sigmoid:
      return "hinge_sigmoid";
    case LossKind::softmax:
      return "softmax";
  }
  return "?";
}

std::string to_string(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd:
      return "sgd";
    case OptimizerKind::rmsprop:
      return "rmsprop";
    case OptimizerKind::adam:
      return "adam";
  }
  return "?";
}

std::string to_string(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::tf32:
      return "tf32";
    case Precision::bf16:
      return "bf16";
  }
  return "?";
}

}  // namespace gs
