// choice.cpp - the default table of implementations. `--impl default` never times anything, so its results repeat.
#include "engine/program/choice.h"

#include <algorithm>

#include "engine/device/cpu_info.h"

namespace gs {
namespace {

// What was measured on two cores with AVX-512 (bench/results): the own convolutions lead oneDNN's, but for filter
// gradients of many input channels, and have no grouped convolution but the plain loop. Their tiles are made for 32
// registers of 512 bits; on other CPUs oneDNN leads.
bool own_tiles_fit() {
  return cpu_vector_width() == "AVX-512";
}

// A dense layer of a few rows is a matrix-vector product: the weights are read once, memory is the bound, and the own
// kernels read them as they lie, where oneDNN would first copy them into its own layout.
bool dense_pays(const Dense& d, Target target) {
  return target == Target::cuda && d.out >= 16;
}

}  // namespace

std::string current_implementation(const std::string& name) {
  if (name == "cores") return "simd";
  if (name == "rounded") return "tf32_emulated";
  if (name == "widened") return "bf16_emulated";
  return name;
}

bool names_step(const std::string& entry, const std::string& step) {
  std::string words = entry;
  std::replace(words.begin(), words.end(), '.', ' ');
  if (words != entry) std::replace(words.begin(), words.end(), '_', ' ');
  if (words == "collect") words = "store logits";
  return words == step || words + " forward" == step;
}

std::optional<std::string> fixed_implementation(const ImplementationChoice& choice, const std::string& step) {
  for (const auto& [entry, implementation] : choice.fixed)
    if (names_step(entry, step)) return current_implementation(implementation);
  return std::nullopt;
}

template <class T>
bool library_pays(Conv2dForward<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dDataGradient<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.stride > 1 || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dFilterGradient<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.c >= 64 || d.groups > 1;
}
template <class T>
bool library_pays(DenseForward<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}
template <class T>
bool library_pays(DenseDataGradient<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}
template <class T>
bool library_pays(DenseWeightGradient<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}

template bool library_pays(Conv2dForward<float>, const Conv2d&, Target);
template bool library_pays(Conv2dForward<bf16>, const Conv2d&, Target);
template bool library_pays(Conv2dDataGradient<float>, const Conv2d&, Target);
template bool library_pays(Conv2dDataGradient<bf16>, const Conv2d&, Target);
template bool library_pays(Conv2dFilterGradient<float>, const Conv2d&, Target);
template bool library_pays(Conv2dFilterGradient<bf16>, const Conv2d&, Target);
template bool library_pays(DenseForward<float>, const Dense&, Target);
template bool library_pays(DenseForward<bf16>, const Dense&, Target);
template bool library_pays(DenseDataGradient<float>, const Dense&, Target);
template bool library_pays(DenseDataGradient<bf16>, const Dense&, Target);
template bool library_pays(DenseWeightGradient<float>, const Dense&, Target);
template bool library_pays(DenseWeightGradient<bf16>, const Dense&, Target);

}  // namespace gs
