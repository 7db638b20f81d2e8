// dropout_table.cu - the ladders of dropout, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {
namespace {

/// The group of four elements is one word of the random counter.
bool fits_counter(const Dropout& p) {
  return p.size <= std::int64_t(4) << 32;
}

}  // namespace

template <class T>
void dropout_forward_philox(T* y, const T* x, const StepState*, const Dropout&, void* workspace, stream_t);
template <class T>
void dropout_backward_philox(T* dx, const T* dy, const T* relu_output, const StepState*, const Dropout&,
                             void* workspace, stream_t);

template <class T>
Room<DropoutForward<T>> dropout_forward_room() {
  static const auto rows =
      rows_on<DropoutForward<T>>(target, {{"philox", on_all, &dropout_forward_philox<T>, &fits_counter}});
  return rows;
}
template Room<DropoutForward<float>> dropout_forward_room();
template Room<DropoutForward<bf16>> dropout_forward_room();

template <class T>
Room<DropoutBackward<T>> dropout_backward_room() {
  static const auto rows =
      rows_on<DropoutBackward<T>>(target, {{"philox", on_all, &dropout_backward_philox<T>, &fits_counter}});
  return rows;
}
template Room<DropoutBackward<float>> dropout_backward_room();
template Room<DropoutBackward<bf16>> dropout_backward_room();

}  // namespace gs::GS_TARGET
