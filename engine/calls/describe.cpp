// describe.cpp - problems with a hand-written description.
#include "engine/calls/describe.h"

#include <fmt/format.h>

namespace gs {
namespace detail {

std::string text_of(std::int64_t number) {
  return fmt::format("{}", number);
}
std::string text_of(double number) {
  return fmt::format("{:g}", number);
}

}  // namespace detail

std::string describe(const Conv2d& d) {
  return fmt::format("{}x{}x{}x{} by {} of {}x{}/{} pad {}{}{}", d.n, d.h, d.w, d.c, d.k, d.r, d.s, d.stride, d.pad,
                     d.groups > 1 ? fmt::format(" in {} groups", d.groups) : "", d.relu ? " relu" : "");
}

std::string describe(const Dense& d) {
  return fmt::format("{}x{} to {}{}{}", d.n, d.in, d.out, d.relu ? " relu" : "",
                     d.mask_scale == 1 ? "" : fmt::format(" mask times {:g}", d.mask_scale));
}

std::string describe(const Conv2dPool& p) {
  return describe(p.conv) + ", max-pool " + describe(p.pool);
}

std::string describe(const DenseDropout& p) {
  return describe(p.dense) + ", dropout " + describe(p.dropout);
}

std::string describe(const Head& p) {
  std::string text;
  for (int l = 0; l < p.layers; ++l) text += describe(p.dense[l]) + (p.masked[l] ? " masked, " : ", ");
  return text + "loss " + describe(p.loss);
}

std::string describe(const AugmentedGather& p) {
  return fmt::format("{}x{}x{}x{}, {}", p.n, p.h, p.w, p.c, describe(p.augmentation));
}

std::string describe(const Optimizer& p) {
  return fmt::format("{} {}{}", p.name, p.size, p.bf16_copy ? " with a bf16 copy" : "");
}

}  // namespace gs
