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

bool names_step(const std::string& entry, const std::string& step) {
  std::string words = entry;
  std::replace(words.begin(), words.end(), '.', ' ');
  if (words != entry) std::replace(words.begin(), words.end(), '_', ' ');
  return words == step || words + " forward" == step;
}

const std::string* fixed_implementation(const ImplementationChoice& choice, const std::string& step) {
  for (const auto& [entry, implementation] : choice.fixed)
    if (names_step(entry, step)) return &implementation;
  return nullptr;
}

template <class T>
bool library_pays(Conv2dForwardOf<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dDataGradientOf<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.stride > 1 || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dFilterGradientOf<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_tiles_fit() || d.c >= 64 || d.groups > 1;
}
template <class T>
bool library_pays(DenseForwardOf<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}
template <class T>
bool library_pays(DenseDataGradientOf<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}
template <class T>
bool library_pays(DenseFilterGradientOf<T>, const Dense& d, Target t) {
  return dense_pays(d, t);
}

template bool library_pays(Conv2dForwardOf<float>, const Conv2d&, Target);
template bool library_pays(Conv2dForwardOf<bf16>, const Conv2d&, Target);
template bool library_pays(Conv2dDataGradientOf<float>, const Conv2d&, Target);
template bool library_pays(Conv2dDataGradientOf<bf16>, const Conv2d&, Target);
template bool library_pays(Conv2dFilterGradientOf<float>, const Conv2d&, Target);
template bool library_pays(Conv2dFilterGradientOf<bf16>, const Conv2d&, Target);
template bool library_pays(DenseForwardOf<float>, const Dense&, Target);
template bool library_pays(DenseForwardOf<bf16>, const Dense&, Target);
template bool library_pays(DenseDataGradientOf<float>, const Dense&, Target);
template bool library_pays(DenseDataGradientOf<bf16>, const Dense&, Target);
template bool library_pays(DenseFilterGradientOf<float>, const Dense&, Target);
template bool library_pays(DenseFilterGradientOf<bf16>, const Dense&, Target);

}  // namespace gs
