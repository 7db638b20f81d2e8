// loss.h - losses on logits: value, correctness and gradient in one kernel, one sample per row.
//
//   bce      one logit z, t in {0, 1}:   max(z, 0) - z t + log(1 + exp(-|z|));  dz = sigmoid(z) - t
//   hinge    one logit z, t in {-1, 1}:  max(0, 1 - t z);                       dz = -t where 1 - t z > 0
//            of a sigmoid s(z):          max(0, 1 - t s);                       dz = -t s (1 - s) where 1 - t s > 0
//   softmax  K logits, class t:          log sum exp(z) - z_t;                  dz = softmax(z) - onehot(t)
//
// The loss of a batch is the mean over its valid rows, so dlogits is divided by their number; other rows get zeros.
// A binary prediction is correct if (z > 0) equals the label, a softmax prediction if the first largest logit is the
// label's.
//
// Label smoothing e replaces the hard targets by t (1 - e) + e / 2 in bce, onehot(t) (1 - e) + e / K in softmax
// (Szegedy et al. 2016; as in Keras). A class weight multiplies a sample's loss and gradient; the mean still divides by
// the number of valid rows.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

enum class LossKind { bce, hinge, hinge_sigmoid, softmax };

struct Loss {
  LossKind kind = LossKind::bce;
  int n = 1;            ///< rows of a full batch
  int classes = 1;      ///< logits per row: 1 for bce and hinge, K for softmax
  float smoothing = 0;  ///< label smoothing in [0, 1); bce and softmax only
  auto operator<=>(const Loss&) const = default;
};

/// sample_loss [n] and sample_correct [n] (1 or 0) for each row, both 0 past the valid rows; dlogits [n, classes] may
/// be null. labels [n]: class numbers; for one logit, 1 is the positive class. class_weights [2 or classes]: per label;
/// null: all 1.
template <class T>
struct LossGradient {
  static constexpr std::string_view name = "loss gradient";
  using Stored = T;
  using Problem = Loss;
  using Launch = void(float* sample_loss, float* sample_correct, T* dlogits, const T* logits,
                      const std::int32_t* labels, const float* class_weights, const StepState*, const Loss&,
                      void* workspace, stream_t);
};

template <class T>
Cost cost(LossGradient<T>, const Loss&);

}  // namespace gs
