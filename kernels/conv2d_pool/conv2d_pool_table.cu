// conv2d_pool_table.cu - the ladder of convolution and pooling in one. Empty on `host`, where the convolution's own
// pass over its output is cheaper than the reordering.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void conv2d_pool_forward_tiled(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool&,
                               void* workspace, stream_t);
template <class T>
void conv2d_pool_forward_tensor(T* y, std::uint8_t* argmax, const T* x, const T* w, const T* bias, const Conv2dPool&,
                                void* workspace, stream_t);
bool conv2d_pool_tiled_supports(const Conv2dPool&);
bool conv2d_pool_tensor_supports(const Conv2dPool&);

template <class T>
Room<Conv2dPoolForward<T>> conv2d_pool_forward_room() {
  constexpr Arithmetic on_tensor_cores = stores_fp32<T> ? Arithmetic::tf32 : Arithmetic::bf16;
  static const auto rows = rows_on<Conv2dPoolForward<T>>(
      target, {{"tiled", on_blocks, &conv2d_pool_forward_tiled<T>, &conv2d_pool_tiled_supports},
               {"tensor", on_blocks, &conv2d_pool_forward_tensor<T>, &conv2d_pool_tensor_supports, &no_workspace,
                on_tensor_cores}});
  return rows;
}
template Room<Conv2dPoolForward<float>> conv2d_pool_forward_room();
template Room<Conv2dPoolForward<bf16>> conv2d_pool_forward_room();

}  // namespace gs::GS_TARGET
