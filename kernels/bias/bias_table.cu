// bias_table.cu - the ladders of bias + ReLU, of the bias gradient and of the ReLU gradient.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

BiasActivation::Launch bias_activation_element, bias_activation_rows;
BiasGradient::Launch bias_gradient_column, bias_gradient_two_stage, bias_gradient_rows;
std::size_t bias_gradient_two_stage_workspace(const Rows&);
std::size_t bias_gradient_rows_workspace(const Rows&);
ReluGradient::Launch relu_gradient_element;

namespace {
bool always(const Rows&) {
  return true;
}
}  // namespace

template <>
Room<BiasActivation> bias_activation_room<float>() {
  static const auto rows = rows_on<BiasActivation>(
      target, {{"element", on_all, &bias_activation_element}, {"rows", on_host, &bias_activation_rows}});
  return rows;
}

template <>
Room<BiasGradient> bias_gradient_room<float>() {
  static const auto rows = rows_on<BiasGradient>(
      target, {{"column", on_all, &bias_gradient_column},
               {"two_stage", on_blocks, &bias_gradient_two_stage, &always, &bias_gradient_two_stage_workspace},
               {"rows", on_host, &bias_gradient_rows, &always, &bias_gradient_rows_workspace}});
  return rows;
}

template <>
Room<ReluGradient> relu_gradient_room<float>() {
  static const auto rows = rows_on<ReluGradient>(target, {{"element", on_all, &relu_gradient_element}});
  return rows;
}

}  // namespace gs::GS_TARGET
