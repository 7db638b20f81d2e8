// lrn_table.cu - the ladders of local response normalisation, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

bool window_is_odd(const Lrn& p) {
  return p.window % 2 == 1;
}

}  // namespace

template <class T>
void lrn_forward_element(T* y, float* scale, const T* x, const Lrn&, void* workspace, stream_t);
template <class T>
void lrn_backward_element(T* dx, const T* dy, const T* x, const T* y, const float* scale, const T* relu_output,
                          const Lrn&, void* workspace, stream_t);

template <class T>
Room<LrnForwardOf<T>> lrn_forward_room() {
  static const auto rows =
      rows_on<LrnForwardOf<T>>(target, {{"element", on_all, &lrn_forward_element<T>, &window_is_odd}});
  return rows;
}
template Room<LrnForward> lrn_forward_room();
template Room<LrnForwardOf<bf16>> lrn_forward_room();

template <class T>
Room<LrnBackwardOf<T>> lrn_backward_room() {
  static const auto rows =
      rows_on<LrnBackwardOf<T>>(target, {{"element", on_all, &lrn_backward_element<T>, &window_is_odd}});
  return rows;
}
template Room<LrnBackward> lrn_backward_room();
template Room<LrnBackwardOf<bf16>> lrn_backward_room();

}  // namespace gs::GS_TARGET
