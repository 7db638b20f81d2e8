// maxpool_table.cu - the ladders of max-pooling, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

MaxPoolForward::Launch maxpool_forward_element, maxpool_forward_cores;
MaxPoolBackward::Launch maxpool_backward_element, maxpool_backward_cores;
bool maxpool_cores_supports(const MaxPool&);

namespace {
/// The place in the window fits into a byte and is never `no_gradient`.
bool index_fits_byte(const MaxPool& m) {
  return m.window * m.window <= MaxPool::no_gradient;
}
}  // namespace

template <>
Room<MaxPoolForward> maxpool_forward_room<float>() {
  static const auto rows = rows_on<MaxPoolForward>(
      target, {{"element", on_all, &maxpool_forward_element, &index_fits_byte},
               {"cores", on_host, GS_HOST_FORM(maxpool_forward_cores), GS_HOST_FORM(maxpool_cores_supports)}});
  return rows;
}

template <>
Room<MaxPoolBackward> maxpool_backward_room<float>() {
  static const auto rows = rows_on<MaxPoolBackward>(
      target, {{"element", on_all, &maxpool_backward_element, &index_fits_byte},
               {"cores", on_host, GS_HOST_FORM(maxpool_backward_cores), GS_HOST_FORM(maxpool_cores_supports)}});
  return rows;
}

}  // namespace gs::GS_TARGET
