// recipe.cpp - learning-rate schedules, and enumerators as spelled on the command line and in run.json.
#include "engine/net/recipe.h"

#include <cmath>
#include <numbers>

namespace gs {

double Schedule::factor(int epoch, int epochs) const {
  if (epoch < warm_up_epochs) return double(epoch + 1) / (warm_up_epochs + 1);
  const int e = epoch - warm_up_epochs;
  switch (kind) {
    case Kind::constant:
      return 1;
    case Kind::step:
      return std::pow(double(step_factor), e / step_epochs);
    case Kind::cosine:
      return (1 + std::cos(std::numbers::pi * e / std::max(1, epochs - warm_up_epochs))) / 2;
  }
  return 1;
}

std::string to_string(Schedule::Kind kind) {
  switch (kind) {
    case Schedule::Kind::constant:
      return "constant";
    case Schedule::Kind::step:
      return "step";
    case Schedule::Kind::cosine:
      return "cosine";
  }
  return "?";
}

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
