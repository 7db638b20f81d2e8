// bias_table.cu - the ladders of bias + ReLU, of the bias gradient and of the ReLU gradient.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void bias_activation_element(T* y, const T* bias, const Rows&, void* workspace, stream_t);
template <class T>
void bias_activation_rows(T* y, const T* bias, const Rows&, void* workspace, stream_t);
template <class T>
void bias_gradient_column(float* db, const T* dy, const Rows&, void* workspace, stream_t);
template <class T>
void bias_gradient_two_stage(float* db, const T* dy, const Rows&, void* workspace, stream_t);
template <class T>
void bias_gradient_rows(float* db, const T* dy, const Rows&, void* workspace, stream_t);
std::size_t bias_gradient_two_stage_workspace(const Rows&);
std::size_t bias_gradient_rows_workspace(const Rows&);
template <class T>
void relu_gradient_element(T* dx, const T* y, const Rows&, void* workspace, stream_t);

template <class T>
Room<BiasActivation<T>> bias_activation_room() {
  static const auto rows = rows_on<BiasActivation<T>>(
      target, {{"element", on_all, &bias_activation_element<T>}, {"rows", on_host, &bias_activation_rows<T>}});
  return rows;
}
template Room<BiasActivation<float>> bias_activation_room();
template Room<BiasActivation<bf16>> bias_activation_room();

template <class T>
Room<BiasGradient<T>> bias_gradient_room() {
  static const auto rows = rows_on<BiasGradient<T>>(
      target, {{"column", on_all, &bias_gradient_column<T>},
               {"two_stage", on_blocks, &bias_gradient_two_stage<T>, &always, &bias_gradient_two_stage_workspace},
               {"rows", on_host, &bias_gradient_rows<T>, &always, &bias_gradient_rows_workspace}});
  return rows;
}
template Room<BiasGradient<float>> bias_gradient_room();
template Room<BiasGradient<bf16>> bias_gradient_room();

template <class T>
Room<ReluGradient<T>> relu_gradient_room() {
  static const auto rows = rows_on<ReluGradient<T>>(target, {{"element", on_all, &relu_gradient_element<T>}});
  return rows;
}
template Room<ReluGradient<float>> relu_gradient_room();
template Room<ReluGradient<bf16>> relu_gradient_room();

}  // namespace gs::GS_TARGET
