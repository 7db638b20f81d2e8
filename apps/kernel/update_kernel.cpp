// update_kernel.cpp - the step of an optimizer by a function of a user's file.
#include "apps/kernel/device_array.h"
#include "apps/kernel/expected.h"
#include "apps/kernel/layer_kernels.h"
#include "kernels/optimizer/optimizer.h"

namespace gs::apps {
namespace {

using Sgd = void(float*, const float*, float, int);
using Adam = void(float*, float*, float*, const float*, float, float, float, float, float, float, int);

constexpr const char* sgd_text = "void launch(float* weights, const float* gradients, float rate, int n) for sgd";
constexpr const char* adam_text =
    "void launch(float* weights, float* m, float* v, const float* gradients, float rate, float beta1, float beta2, "
    "float epsilon, float correction1, float correction2, int n) for adam";

bool plain(const Optimizer& p) {
  return p.momentum == 0 && p.weight_decay == 0;
}

}  // namespace

void add_update(GivenKernels& kernels, const KernelFile& file) {
  Sgd* const sgd = file.function<Sgd>("launch");
  Adam* const adam = file.function<Adam>("launch");
  if (!sgd && !adam) refuse_signature(file, "update", "launch", fmt::format("{}, or {}", sgd_text, adam_text));
  const auto check = [=, path = file.path()](const Optimizer& p) {
    if (!(sgd && p.name == "sgd") && !(adam && p.name == "adam"))
      throw UsageError(fmt::format("--kernel: {} has a step of {}, and this run's optimizer is {}: --optimizer {}",
                                   path,
                                   sgd && adam ? "sgd and of adam"
                                   : sgd       ? "sgd"
                                               : "adam",
                                   p.name, sgd ? "sgd" : "adam"));
    if (!plain(p)) throw UsageError("--kernel: a step of your own takes no --momentum and no --weight-decay");
  };
  kernels.add<Update>(
      "update", {file.name(),
                 [=](float* parameters, float* moment1, float* moment2, gs::bf16*, const float* gradients,
                     const StepState* state, const Optimizer& p, void*, stream_t) {
                   const DeviceArray<float> weights(parameters, p.size), of_weights(gradients, p.size);
                   if (p.name == "sgd") {
                     sgd(weights.data(), of_weights.data(), state->learning_rate, int(p.size));
                   } else {
                     const DeviceArray<float> m(moment1, p.size), v(moment2, p.size);
                     adam(weights.data(), m.data(), v.data(), of_weights.data(), state->learning_rate, p.beta1, p.beta2,
                          p.epsilon, float(1 - state->beta1_power), float(1 - state->beta2_power), int(p.size));
                     m.copy_to(moment1);
                     v.copy_to(moment2);
                   }
                   weights.copy_to(parameters);
                 },
                 check});
}

}  // namespace gs::apps
