// maxpool_table.cu - the ladders of max-pooling, forward and backward.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void maxpool_forward_element(T* y, std::uint8_t* argmax, const T* x, const MaxPool&, void* workspace, stream_t);
template <class T>
void maxpool_forward_cores(T* y, std::uint8_t* argmax, const T* x, const MaxPool&, void* workspace, stream_t);
template <class T>
void maxpool_backward_element(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool&, void* workspace,
                              stream_t);
template <class T>
void maxpool_backward_cores(T* dx, const T* dy, const std::uint8_t* argmax, const MaxPool&, void* workspace, stream_t);
bool maxpool_cores_supports(const MaxPool&);

namespace {
/// The place in the window fits into a byte and is never `no_gradient`.
bool index_fits_byte(const MaxPool& m) {
  return m.window * m.window <= MaxPool::no_gradient;
}
}  // namespace

template <class T>
Room<MaxPoolForward<T>> maxpool_forward_room() {
  static const auto rows = rows_on<MaxPoolForward<T>>(
      target, {{"element", on_all, &maxpool_forward_element<T>, &index_fits_byte},
               {"cores", on_host, GS_HOST_FORM(maxpool_forward_cores<T>), GS_HOST_FORM(maxpool_cores_supports)}});
  return rows;
}
template Room<MaxPoolForward<float>> maxpool_forward_room();
template Room<MaxPoolForward<bf16>> maxpool_forward_room();

template <class T>
Room<MaxPoolBackward<T>> maxpool_backward_room() {
  static const auto rows = rows_on<MaxPoolBackward<T>>(
      target, {{"element", on_all, &maxpool_backward_element<T>, &index_fits_byte},
               {"cores", on_host, GS_HOST_FORM(maxpool_backward_cores<T>), GS_HOST_FORM(maxpool_cores_supports)}});
  return rows;
}
template Room<MaxPoolBackward<float>> maxpool_backward_room();
template Room<MaxPoolBackward<bf16>> maxpool_backward_room();

}  // namespace gs::GS_TARGET
