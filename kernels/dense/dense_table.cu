// dense_table.cu - the ladders of the dense layer's three ops.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void dense_forward_direct(T* y, const T* x, const T* w, const T* bias, const Dense&, void* workspace, stream_t);
template <class T>
void dense_forward_tiled(T* y, const T* x, const T* w, const T* bias, const Dense&, void* workspace, stream_t);
template <class T>
void dense_data_gradient_direct(T* dx, const T* dy, const T* w, const T* relu_output, const Dense&, void* workspace,
                                stream_t);
template <class T>
void dense_data_gradient_tiled(T* dx, const T* dy, const T* w, const T* relu_output, const Dense&, void* workspace,
                               stream_t);
template <class T>
void dense_weight_gradient_direct(float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace,
                                  stream_t);
template <class T>
void dense_weight_gradient_tiled(float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace,
                                 stream_t);
template <class T>
void dense_forward_tensor(T* y, const T* x, const T* w, const T* bias, const Dense&, void* workspace, stream_t);
template <class T>
void dense_data_gradient_tensor(T* dx, const T* dy, const T* w, const T* relu_output, const Dense&, void* workspace,
                                stream_t);
template <class T>
void dense_weight_gradient_outer(float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace,
                                 stream_t);
template <class T>
void dense_weight_gradient_tensor(float* dw, float* db, const T* x, const T* dy, const Dense&, void* workspace,
                                  stream_t);
DenseForward<float>::Launch dense_forward_rounded, dense_forward_cores;
DenseDataGradient<float>::Launch dense_data_gradient_rounded, dense_data_gradient_cores;
DenseWeightGradient<float>::Launch dense_weight_gradient_rounded, dense_weight_gradient_cores;
DenseForward<bf16>::Launch dense_forward_widened;
DenseDataGradient<bf16>::Launch dense_data_gradient_widened;
DenseWeightGradient<bf16>::Launch dense_weight_gradient_widened;

bool dense_tiled_supports(const Dense&);
bool dense_tensor_supports(const Dense&);
bool dense_weight_gradient_outer_supports(const Dense&);
bool dense_weight_gradient_tensor_supports(const Dense&);
template <class T>
std::size_t dense_forward_tensor_workspace(const Dense&);
std::size_t dense_forward_tiled_workspace(const Dense&);
std::size_t dense_forward_rounded_workspace(const Dense&);
std::size_t dense_forward_widened_workspace(const Dense&);
std::size_t dense_data_gradient_rounded_workspace(const Dense&);
std::size_t dense_data_gradient_widened_workspace(const Dense&);
std::size_t dense_weight_gradient_rounded_workspace(const Dense&);
std::size_t dense_weight_gradient_widened_workspace(const Dense&);

template <class T>
Room<DenseForward<T>> dense_forward_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<DenseForward<float>>(
        target, {{"direct", on_all, &dense_forward_direct<T>},
                 {"tiled", on_blocks, &dense_forward_tiled<T>, &dense_tiled_supports, &dense_forward_tiled_workspace},
                 {"tensor", on_blocks, &dense_forward_tensor<T>, &dense_tensor_supports,
                  &dense_forward_tensor_workspace<T>, Arithmetic::tf32},
                 {"rounded", on_host, GS_HOST_FORM(dense_forward_rounded), &always,
                  GS_HOST_FORM(dense_forward_rounded_workspace), Arithmetic::tf32},
                 {"cores", on_host, GS_HOST_FORM(dense_forward_cores)}});
    return rows;
  } else {
    static const auto rows = rows_on<DenseForward<T>>(
        target, {{"direct", on_all, &dense_forward_direct<T>},
                 {"tiled", on_blocks, &dense_forward_tiled<T>, &dense_tiled_supports, &dense_forward_tiled_workspace},
                 {"tensor", on_blocks, &dense_forward_tensor<T>, &dense_tensor_supports,
                  &dense_forward_tensor_workspace<T>, Arithmetic::bf16},
                 {"widened", on_host, GS_HOST_FORM(dense_forward_widened), &always,
                  GS_HOST_FORM(dense_forward_widened_workspace)}});
    return rows;
  }
}
template Room<DenseForward<float>> dense_forward_room();
template Room<DenseForward<bf16>> dense_forward_room();

template <class T>
Room<DenseDataGradient<T>> dense_data_gradient_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<DenseDataGradient<float>>(
        target,
        {{"direct", on_all, &dense_data_gradient_direct<T>},
         {"tiled", on_blocks, &dense_data_gradient_tiled<T>, &dense_tiled_supports},
         {"tensor", on_blocks, &dense_data_gradient_tensor<T>, &dense_tensor_supports, &no_workspace, Arithmetic::tf32},
         {"rounded", on_host, GS_HOST_FORM(dense_data_gradient_rounded), &always,
          GS_HOST_FORM(dense_data_gradient_rounded_workspace), Arithmetic::tf32},
         {"cores", on_host, GS_HOST_FORM(dense_data_gradient_cores)}});
    return rows;
  } else {
    static const auto rows = rows_on<DenseDataGradient<T>>(
        target,
        {{"direct", on_all, &dense_data_gradient_direct<T>},
         {"tiled", on_blocks, &dense_data_gradient_tiled<T>, &dense_tiled_supports},
         {"tensor", on_blocks, &dense_data_gradient_tensor<T>, &dense_tensor_supports, &no_workspace, Arithmetic::bf16},
         {"widened", on_host, GS_HOST_FORM(dense_data_gradient_widened), &always,
          GS_HOST_FORM(dense_data_gradient_widened_workspace)}});
    return rows;
  }
}
template Room<DenseDataGradient<float>> dense_data_gradient_room();
template Room<DenseDataGradient<bf16>> dense_data_gradient_room();

template <class T>
Room<DenseWeightGradient<T>> dense_weight_gradient_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<DenseWeightGradient<float>>(
        target, {{"direct", on_all, &dense_weight_gradient_direct<T>},
                 {"tiled", on_blocks, &dense_weight_gradient_tiled<T>, &dense_tiled_supports},
                 {"outer", on_blocks, &dense_weight_gradient_outer<T>, &dense_weight_gradient_outer_supports},
                 {"tensor", on_blocks, &dense_weight_gradient_tensor<T>, &dense_weight_gradient_tensor_supports,
                  &no_workspace, Arithmetic::tf32},
                 {"rounded", on_host, GS_HOST_FORM(dense_weight_gradient_rounded), &always,
                  GS_HOST_FORM(dense_weight_gradient_rounded_workspace), Arithmetic::tf32},
                 {"cores", on_host, GS_HOST_FORM(dense_weight_gradient_cores)}});
    return rows;
  } else {
    static const auto rows = rows_on<DenseWeightGradient<T>>(
        target, {{"direct", on_all, &dense_weight_gradient_direct<T>},
                 {"tiled", on_blocks, &dense_weight_gradient_tiled<T>, &dense_tiled_supports},
                 {"outer", on_blocks, &dense_weight_gradient_outer<T>, &dense_weight_gradient_outer_supports},
                 {"tensor", on_blocks, &dense_weight_gradient_tensor<T>, &dense_weight_gradient_tensor_supports,
                  &no_workspace, Arithmetic::bf16},
                 {"widened", on_host, GS_HOST_FORM(dense_weight_gradient_widened), &always,
                  GS_HOST_FORM(dense_weight_gradient_widened_workspace)}});
    return rows;
  }
}
template Room<DenseWeightGradient<float>> dense_weight_gradient_room();
template Room<DenseWeightGradient<bf16>> dense_weight_gradient_room();

}  // namespace gs::GS_TARGET
