// rooms.h - all techniques of one target, by op. A device holds the Rooms of its target.
#pragma once
#include "kernels/advance/advance.h"
#include "kernels/bias/bias.h"
#include "kernels/collect/collect.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/dropout/dropout.h"
#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/lrn/lrn.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/metrics/metrics.h"
#include "kernels/optimizer/optimizer.h"
#include "kernels/roof/roof.h"

namespace gs {

struct Rooms {
  Target target;
  Room<GatherBatch> gather;
  Room<GatherAugmented> gather_augmented;
  Room<CollectRows> collect;
  Room<CountActivity> count_activity;
  Room<CopyValues> copy_values;
  Room<MeasureUpdate> measure_update;
  Room<Conv2dForward> conv2d_forward;
  Room<Conv2dDataGradient> conv2d_data_gradient;
  Room<Conv2dFilterGradient> conv2d_filter_gradient;
  Room<Conv2dPoolForward> conv2d_pool_forward;  ///< empty where a target has none
  Room<DenseForward> dense_forward;
  Room<DenseDataGradient> dense_data_gradient;
  Room<DenseFilterGradient> dense_filter_gradient;
  Room<BiasActivation> bias_activation;
  Room<BiasGradient> bias_gradient;
  Room<ReluGradient> relu_gradient;
  Room<MaxPoolForward> maxpool_forward;
  Room<MaxPoolBackward> maxpool_backward;
  Room<LrnForward> lrn_forward;
  Room<LrnBackward> lrn_backward;
  Room<DropoutForward> dropout_forward;
  Room<DropoutBackward> dropout_backward;
  Room<LossGradient> loss_gradient;
  Room<RecordMetrics> record_metrics;
  Room<Update> update;
  Room<AdvanceStep> advance;
  Room<ChainMultiplyAdds> chain_multiply_adds;
  Room<RepeatMatrixProducts> repeat_matrix_products;  ///< empty where a target has no tensor cores
};

// One function per target; kernels/rooms.cu defines the one of its target.
namespace cuda {
const Rooms& rooms();
}
namespace host {
const Rooms& rooms();
}
namespace sim {
const Rooms& rooms();
}

}  // namespace gs
