// dropout_table.cu - the ladders of dropout, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

/// The group of four elements is one word of the random counter.
bool fits_counter(const Dropout& p) {
  return p.size <= std::int64_t(4) << 32;
}

}  // namespace

DropoutForward::Launch dropout_forward_philox;
DropoutBackward::Launch dropout_backward_philox;

template <>
Room<DropoutForward> dropout_forward_room<float>() {
  static const auto rows =
      rows_on<DropoutForward>(target, {{"philox", on_all, &dropout_forward_philox, &fits_counter}});
  return rows;
}

template <>
Room<DropoutBackward> dropout_backward_room<float>() {
  static const auto rows =
      rows_on<DropoutBackward>(target, {{"philox", on_all, &dropout_backward_philox, &fits_counter}});
  return rows;
}

}  // namespace gs::GS_TARGET
