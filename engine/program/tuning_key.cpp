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
template <class T>
std::string tuning_key(Conv2dForwardOf<T>, const Conv2d& d) {
  return words("forward", d, d.relu);
}
template <class T>
std::string tuning_key(Conv2dDataGradientOf<T>, const Conv2d& d) {
  return words("data gradient", d, false);
}
template <class T>
std::string tuning_key(Conv2dFilterGradientOf<T>, const Conv2d& d) {
  return words("filter gradient", d, false);
}
template <class T>
std::string tuning_key(DenseForwardOf<T>, const Dense& d) {
  return words("forward", d, d.relu);
}
template <class T>
std::string tuning_key(DenseDataGradientOf<T>, const Dense& d) {
  return words("data gradient", d, false);
}
template <class T>
std::string tuning_key(DenseFilterGradientOf<T>, const Dense& d) {
  return words("filter gradient", d, false);
}

template std::string tuning_key(Conv2dForwardOf<float>, const Conv2d&);
template std::string tuning_key(Conv2dForwardOf<bf16>, const Conv2d&);
template std::string tuning_key(Conv2dDataGradientOf<float>, const Conv2d&);
template std::string tuning_key(Conv2dDataGradientOf<bf16>, const Conv2d&);
template std::string tuning_key(Conv2dFilterGradientOf<float>, const Conv2d&);
template std::string tuning_key(Conv2dFilterGradientOf<bf16>, const Conv2d&);
template std::string tuning_key(DenseForwardOf<float>, const Dense&);
template std::string tuning_key(DenseForwardOf<bf16>, const Dense&);
template std::string tuning_key(DenseDataGradientOf<float>, const Dense&);
template std::string tuning_key(DenseDataGradientOf<bf16>, const Dense&);
template std::string tuning_key(DenseFilterGradientOf<float>, const Dense&);
template std::string tuning_key(DenseFilterGradientOf<bf16>, const Dense&);

}  // namespace gs
