// default_choice.cpp - the measurements behind the default choice.
#include "engine/library/default_choice.h"

#include "engine/device/cpu_kernels.h"

namespace gs {
namespace {

// Measured on two cores with AVX-512 (bench/results/2026-11-24-auto-cpu.md) and on two with AVX2
// (2026-11-30-cpu-avx2.md): own convolutions beat oneDNN's, except filter gradients with many input channels, and
// except grouped convolutions, for which only the plain loop exists. With AVX2, before commit 2166b1c, own forward
// passes took about the time of oneDNN's, and data gradients of few channels took longer.
bool own_convolution_pays() {
  return cpu_vectors() == "AVX-512";
}

// On a CPU, a dense layer with few rows is memory-bound: it reads each weight once. Own kernels read weights in place.
bool dense_pays(const Dense& d, Target target) {
  return target == Target::cuda && d.out >= 16;
}

}  // namespace

template <class T>
bool library_pays(Conv2dForward<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_convolution_pays() || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dDataGradient<T>, const Conv2d& d, Target t) {
  return t != Target::host || !own_convolution_pays() || d.stride > 1 || d.groups > 1;
}
template <class T>
bool library_pays(Conv2dFilterGradient<T>, const Conv2d& d, Target t) {
  return t != Target::host || d.c >= 64 || d.groups > 1;
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
