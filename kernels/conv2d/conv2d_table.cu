// conv2d_table.cu - the ladders of the convolution's three ops.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void conv2d_forward_direct(T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t);
template <class T>
void conv2d_forward_tiled(T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t);
template <class T>
void conv2d_data_gradient_direct(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d&, void* workspace,
                                 stream_t);
template <class T>
void conv2d_data_gradient_tiled(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d&, void* workspace,
                                stream_t);
template <class T>
void conv2d_filter_gradient_direct(float* dw, float* db, const T* x, const T* dy, const Conv2d&, void* workspace,
                                   stream_t);
template <class T>
void conv2d_filter_gradient_tiled(float* dw, float* db, const T* x, const T* dy, const Conv2d&, void* workspace,
                                  stream_t);
template <class T>
void conv2d_forward_tensor(T* y, const T* x, const T* w, const T* bias, const Conv2d&, void* workspace, stream_t);
template <class T>
void conv2d_data_gradient_tensor(T* dx, const T* dy, const T* w, const T* relu_output, const Conv2d&, void* workspace,
                                 stream_t);
template <class T>
void conv2d_filter_gradient_tensor(float* dw, float* db, const T* x, const T* dy, const Conv2d&, void* workspace,
                                   stream_t);
Conv2dForward<float>::Launch conv2d_forward_rounded, conv2d_forward_cores;
Conv2dDataGradient<float>::Launch conv2d_data_gradient_rounded, conv2d_data_gradient_cores;
Conv2dFilterGradient<float>::Launch conv2d_filter_gradient_rounded, conv2d_filter_gradient_cores;
Conv2dForward<bf16>::Launch conv2d_forward_widened;
Conv2dDataGradient<bf16>::Launch conv2d_data_gradient_widened;
Conv2dFilterGradient<bf16>::Launch conv2d_filter_gradient_widened;

bool conv2d_tiled_supports(const Conv2d&);
bool conv2d_tensor_supports(const Conv2d&);
bool conv2d_data_gradient_cores_supports(const Conv2d&);
std::size_t conv2d_forward_rounded_workspace(const Conv2d&);
std::size_t conv2d_forward_cores_workspace(const Conv2d&);
std::size_t conv2d_forward_widened_workspace(const Conv2d&);
std::size_t conv2d_data_gradient_rounded_workspace(const Conv2d&);
std::size_t conv2d_data_gradient_cores_workspace(const Conv2d&);
std::size_t conv2d_data_gradient_widened_workspace(const Conv2d&);
std::size_t conv2d_filter_gradient_tiled_workspace(const Conv2d&);
template <class T>
std::size_t conv2d_filter_gradient_tensor_workspace(const Conv2d&);
std::size_t conv2d_filter_gradient_rounded_workspace(const Conv2d&);
std::size_t conv2d_filter_gradient_cores_workspace(const Conv2d&);
std::size_t conv2d_filter_gradient_widened_workspace(const Conv2d&);

namespace {
bool ungrouped(const Conv2d& d) {
  return d.groups == 1;
}
}  // namespace

template <class T>
Room<Conv2dForward<T>> conv2d_forward_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<Conv2dForward<float>>(
        target,
        {{"direct", on_all, &conv2d_forward_direct<T>},
         {"tiled", on_blocks, &conv2d_forward_tiled<T>, &conv2d_tiled_supports},
         {"tensor", on_blocks, &conv2d_forward_tensor<T>, &conv2d_tensor_supports, &no_workspace, Arithmetic::tf32},
         {"rounded", on_host, GS_HOST_FORM(conv2d_forward_rounded), &always,
          GS_HOST_FORM(conv2d_forward_rounded_workspace), Arithmetic::tf32},
         {"cores", on_host, GS_HOST_FORM(conv2d_forward_cores), &ungrouped,
          GS_HOST_FORM(conv2d_forward_cores_workspace)}});
    return rows;
  } else {
    static const auto rows = rows_on<Conv2dForward<T>>(
        target,
        {{"direct", on_all, &conv2d_forward_direct<T>},
         {"tiled", on_blocks, &conv2d_forward_tiled<T>, &conv2d_tiled_supports},
         {"tensor", on_blocks, &conv2d_forward_tensor<T>, &conv2d_tensor_supports, &no_workspace, Arithmetic::bf16},
         {"widened", on_host, GS_HOST_FORM(conv2d_forward_widened), &ungrouped,
          GS_HOST_FORM(conv2d_forward_widened_workspace)}});
    return rows;
  }
}
template Room<Conv2dForward<float>> conv2d_forward_room();
template Room<Conv2dForward<bf16>> conv2d_forward_room();

template <class T>
Room<Conv2dDataGradient<T>> conv2d_data_gradient_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<Conv2dDataGradient<float>>(
        target,
        {{"direct", on_all, &conv2d_data_gradient_direct<T>},
         {"tiled", on_blocks, &conv2d_data_gradient_tiled<T>, &conv2d_tiled_supports},
         {"tensor", on_blocks, &conv2d_data_gradient_tensor<T>, &conv2d_tensor_supports, &no_workspace,
          Arithmetic::tf32},
         {"rounded", on_host, GS_HOST_FORM(conv2d_data_gradient_rounded), &always,
          GS_HOST_FORM(conv2d_data_gradient_rounded_workspace), Arithmetic::tf32},
         {"cores", on_host, GS_HOST_FORM(conv2d_data_gradient_cores), GS_HOST_FORM(conv2d_data_gradient_cores_supports),
          GS_HOST_FORM(conv2d_data_gradient_cores_workspace)}});
    return rows;
  } else {
    static const auto rows = rows_on<Conv2dDataGradient<T>>(
        target,
        {{"direct", on_all, &conv2d_data_gradient_direct<T>},
         {"tiled", on_blocks, &conv2d_data_gradient_tiled<T>, &conv2d_tiled_supports},
         {"tensor", on_blocks, &conv2d_data_gradient_tensor<T>, &conv2d_tensor_supports, &no_workspace,
          Arithmetic::bf16},
         {"widened", on_host, GS_HOST_FORM(conv2d_data_gradient_widened),
          GS_HOST_FORM(conv2d_data_gradient_cores_supports), GS_HOST_FORM(conv2d_data_gradient_widened_workspace)}});
    return rows;
  }
}
template Room<Conv2dDataGradient<float>> conv2d_data_gradient_room();
template Room<Conv2dDataGradient<bf16>> conv2d_data_gradient_room();

template <class T>
Room<Conv2dFilterGradient<T>> conv2d_filter_gradient_room() {
  if constexpr (stores_fp32<T>) {
    static const auto rows = rows_on<Conv2dFilterGradient<float>>(
        target, {{"direct", on_all, &conv2d_filter_gradient_direct<T>},
                 {"tiled", on_blocks, &conv2d_filter_gradient_tiled<T>, &conv2d_tiled_supports,
                  &conv2d_filter_gradient_tiled_workspace},
                 {"tensor", on_blocks, &conv2d_filter_gradient_tensor<T>, &conv2d_tensor_supports,
                  &conv2d_filter_gradient_tensor_workspace<T>, Arithmetic::tf32},
                 {"rounded", on_host, GS_HOST_FORM(conv2d_filter_gradient_rounded), &always,
                  GS_HOST_FORM(conv2d_filter_gradient_rounded_workspace), Arithmetic::tf32},
                 {"cores", on_host, GS_HOST_FORM(conv2d_filter_gradient_cores), &ungrouped,
                  GS_HOST_FORM(conv2d_filter_gradient_cores_workspace)}});
    return rows;
  } else {
    static const auto rows = rows_on<Conv2dFilterGradient<T>>(
        target, {{"direct", on_all, &conv2d_filter_gradient_direct<T>},
                 {"tiled", on_blocks, &conv2d_filter_gradient_tiled<T>, &conv2d_tiled_supports,
                  &conv2d_filter_gradient_tiled_workspace},
                 {"tensor", on_blocks, &conv2d_filter_gradient_tensor<T>, &conv2d_tensor_supports,
                  &conv2d_filter_gradient_tensor_workspace<T>, Arithmetic::bf16},
                 {"widened", on_host, GS_HOST_FORM(conv2d_filter_gradient_widened), &ungrouped,
                  GS_HOST_FORM(conv2d_filter_gradient_widened_workspace)}});
    return rows;
  }
}
template Room<Conv2dFilterGradient<float>> conv2d_filter_gradient_room();
template Room<Conv2dFilterGradient<bf16>> conv2d_filter_gradient_room();

}  // namespace gs::GS_TARGET
