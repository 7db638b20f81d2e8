// lrn_table.cu - the ladders of local response normalisation, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

bool window_is_odd(const Lrn& p) {
  return p.window % 2 == 1;
}

}  // namespace

LrnForward::Launch lrn_forward_element;
LrnBackward::Launch lrn_backward_element;

template <>
Room<LrnForward> lrn_forward_room<float>() {
  static const auto rows = rows_on<LrnForward>(target, {{"element", on_all, &lrn_forward_element, &window_is_odd}});
  return rows;
}

template <>
Room<LrnBackward> lrn_backward_room<float>() {
  static const auto rows = rows_on<LrnBackward>(target, {{"element", on_all, &lrn_backward_element, &window_is_odd}});
  return rows;
}

}  // namespace gs::GS_TARGET
