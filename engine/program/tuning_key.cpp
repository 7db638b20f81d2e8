// tuning_key.cpp - every extent of a problem, in words.
#include "engine/program/tuning_key.h"

#include <fmt/format.h>

namespace gs {
namespace {

std::string words(std::string_view pass, const Conv2d& d, bool relu) {
  return fmt::format("conv2d {} {}x{}x{}x{} by {} of {}x{}/{} pad {}{}{}", pass, d.n, d.h, d.w, d.c, d.k, d.r, d.s,
                     d.stride, d.pad, d.groups > 1 ? fmt::format(" in {} groups", d.groups) : "", relu ? " relu" : "");
}
std::string words(std::string_view pass, const Dense& d, bool relu) {
  return fmt::format("dense {} {}x{} to {}{}", pass, d.n, d.in, d.out, relu ? " relu" : "");
}

}  // namespace

// The layer's own ReLU is a part of the forward pass only; the gradients' masks are arguments of the call.
std::string tuning_key(Conv2dForward, const Conv2d& d) {
  return words("forward", d, d.relu);
}
std::string tuning_key(Conv2dDataGradient, const Conv2d& d) {
  return words("data gradient", d, false);
}
std::string tuning_key(Conv2dFilterGradient, const Conv2d& d) {
  return words("filter gradient", d, false);
}
std::string tuning_key(DenseForward, const Dense& d) {
  return words("forward", d, d.relu);
}
std::string tuning_key(DenseDataGradient, const Dense& d) {
  return words("data gradient", d, false);
}
std::string tuning_key(DenseFilterGradient, const Dense& d) {
  return words("filter gradient", d, false);
}

}  // namespace gs
