// gpu_model.cpp - the H200.
#include "engine/program/gpu_model.h"

namespace gs {

const GpuModel& h200() {
  static const GpuModel model{.bytes_per_us = 4.3e6,
                              .fp32_flops_per_us = 60e6,
                              .tf32_flops_per_us = 495e6,
                              .bf16_flops_per_us = 989e6,
                              .own_tf32_flops_per_us = 0.63 * 495e6,
                              .own_bf16_flops_per_us = 0.63 * 989e6,
                              .kernel_us = 1.3,
                              .multiprocessors = 132,
                              .schedulers = 4,
                              .cycles_per_us = 1755,
                              .multiprocessor = multiprocessor(90)};
  return model;
}

}  // namespace gs
