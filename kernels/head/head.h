// head.h - the end of a network in one kernel: its last dense layers, the loss, and the gradients back to their input.
//
// For each sample i, with L = 1 .. 3 layers of at most 128 inputs and outputs,
//
//   x_0 = x,  x_l = act_l( b_l + W_l x_(l-1) ) for l = 1 .. L,  logits = x_L
//   loss and g_L = dlogits as in LossGradient
//   g_(l-1)[j] = sum_o g_l[o] W_l[o,j], with layer l's mask as in DenseDataGradient;  dx = g_0
//
// All values between are stored: the weight gradients read them. Samples do not depend on one another, so a block does
// everything for a few, and a chain of 2 L + 1 dependent kernels becomes one.
#pragma once
#include "kernels/dense/dense.h"
#include "kernels/loss/loss.h"

namespace gs {

struct Head {
  static constexpr int most_layers = 3, most_width = 128;
  Loss loss;
  int layers = 1;
  Dense dense[most_layers];    ///< the first `layers`, from the input on; mask_scale is that of the layer's gradient
  bool masked[most_layers]{};  ///< the layer's input is the output of a ReLU (and dropout), which masks its gradient
  auto operator<=>(const Head&) const = default;
};

/// Arguments of layer l, counted from the logits (0: their layer), are null for l >= layers. y_0: the logits, g_0:
/// their gradient; g_l of the other layers is the gradient of y_l. sample_loss, sample_correct, labels, class_weights
/// and the state as in LossGradient. `x`: the first layer's input, dx its gradient.
template <class T>
struct HeadGradient {
  static constexpr std::string_view name = "head gradient";
  using Stored = T;
  using Problem = Head;
  using Launch = void(float* sample_loss, float* sample_correct, T* dx, T* y_0, T* y_1, T* y_2, T* g_0, T* g_1, T* g_2,
                      const T* x, const T* w_0, const T* w_1, const T* w_2, const T* bias_0, const T* bias_1,
                      const T* bias_2, const std::int32_t* labels, const float* class_weights, const StepState*,
                      const Head&, void* workspace, stream_t);
};

template <class T>
Cost cost(HeadGradient<T>, const Head&);

}  // namespace gs
