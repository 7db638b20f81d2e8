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
std::string tuning_key(Conv2dForward<T>, const Conv2d& d) {
  return words("forward", d, d.relu);
}
template <class T>
std::string tuning_key(Conv2dDataGradient<T>, const Conv2d& d) {
  return words("data gradient", d, false);
}
template <class T>
std::string tuning_key(Conv2dFilterGradient<T>, const Conv2d& d) {
  return words("filter gradient", d, false);
}
template <class T>
std::string tuning_key(DenseForward<T>, const Dense& d) {
  return words("forward", d, d.relu);
}
template <class T>
std::string tuning_key(DenseDataGradient<T>, const Dense& d) {
  return words("data gradient", d, false);
}
template <class T>
std::string tuning_key(DenseWeightGradient<T>, const Dense& d) {
  return words("filter gradient", d, false);
}

template std::string tuning_key(Conv2dForward<float>, const Conv2d&);
template std::string tuning_key(Conv2dForward<bf16>, const Conv2d&);
template std::string tuning_key(Conv2dDataGradient<float>, const Conv2d&);
template std::string tuning_key(Conv2dDataGradient<bf16>, const Conv2d&);
template std::string tuning_key(Conv2dFilterGradient<float>, const Conv2d&);
template std::string tuning_key(Conv2dFilterGradient<bf16>, const Conv2d&);
template std::string tuning_key(DenseForward<float>, const Dense&);
template std::string tuning_key(DenseForward<bf16>, const Dense&);
template std::string tuning_key(DenseDataGradient<float>, const Dense&);
template std::string tuning_key(DenseDataGradient<bf16>, const Dense&);
template std::string tuning_key(DenseWeightGradient<float>, const Dense&);
template std::string tuning_key(DenseWeightGradient<bf16>, const Dense&);

}  // namespace gs
