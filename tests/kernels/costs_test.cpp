// costs_test.cpp - minimum work of ops, counted by hand for one small problem each.
#include <gtest/gtest.h>

#include "kernels/bias/bias.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/diagnose/diagnose.h"
#include "kernels/dropout/dropout.h"
#include "kernels/gather/gather.h"
#include "kernels/loss/loss.h"
#include "kernels/lrn/lrn.h"
#include "kernels/maxpool/maxpool.h"
#include "kernels/share/share.h"
#include "kernels/step/step.h"

namespace gs::test {
namespace {

TEST(Costs, CountedByHand) {
  const MaxPool pool{1, 4, 4, 3, 2, 2};  // 48 in, 12 out
  EXPECT_EQ(cost(MaxPoolForward<float>{}, pool).bytes, 48 * 4 + 12 * 5);
  EXPECT_EQ(cost(MaxPoolForward<float>{}, pool).flops, 12 * 3);
  EXPECT_EQ(cost(MaxPoolBackward<float>{}, pool).bytes, 48 * 4 + 12 * 5);
  EXPECT_EQ(cost(BiasActivation<float>{}, Rows{10, 3}).bytes, 30 * 8 + 3 * 4);
  EXPECT_EQ(cost(BiasGradient<float>{}, Rows{10, 3}).bytes, 30 * 4 + 3 * 4);
  EXPECT_EQ(cost(BiasGradient<float>{}, Rows{10, 3}).flops, 30);
  EXPECT_EQ(cost(ReluGradient<float>{}, Rows{10, 3}).bytes, 30 * 12);
  EXPECT_EQ(cost(DropoutForward<float>{}, Dropout{100}).bytes, 800);
  EXPECT_EQ(cost(DropoutBackward<float>{}, Dropout{100}).bytes, 800);
  EXPECT_EQ(cost(GatherBatch<float>{}, Gather{2, 10}).bytes, 20 * 5 + 2 * 12);
  EXPECT_EQ(cost(LossGradient<float>{}, Loss{LossKind::softmax, 4, 10}).bytes, 40 * 8 + 4 * 12);
  EXPECT_EQ(cost(CountBroken{}, Values{100}).bytes, 404);
  EXPECT_EQ(cost(WeighGradients{}, GradientShare{100}).bytes, 800);
}

/// bf16 is two bytes; parameters' gradients, losses, and logits of a split stay floats.
TEST(Costs, InBf16CountedByHand) {
  const MaxPool pool{1, 4, 4, 3, 2, 2};
  EXPECT_EQ(cost(MaxPoolForward<bf16>{}, pool).bytes, 48 * 2 + 12 * 3);
  EXPECT_EQ(cost(MaxPoolBackward<bf16>{}, pool).bytes, 48 * 2 + 12 * 3);
  EXPECT_EQ(cost(BiasGradient<bf16>{}, Rows{10, 3}).bytes, 30 * 2 + 3 * 4);
  EXPECT_EQ(cost(GatherBatch<bf16>{}, Gather{2, 10}).bytes, 20 * 3 + 2 * 12);
  EXPECT_EQ(cost(StoreLogits<bf16>{}, LogitRows{8, 1}).bytes, 8 * 6);
  EXPECT_EQ(cost(LossGradient<bf16>{}, Loss{LossKind::softmax, 4, 10}).bytes, 40 * 4 + 4 * 12);
  EXPECT_EQ(cost(LrnForward<bf16>{}, Lrn{10, 2}).bytes, 20 * 4);
  const Conv2d conv{.n = 1, .h = 4, .w = 4, .c = 2, .k = 3, .r = 3, .s = 3, .pad = 1};  // 32 in, 48 out, 54 weights
  EXPECT_EQ(cost(Conv2dForward<bf16>{}, conv).bytes, (32 + 48 + 54 + 3) * 2);
  EXPECT_EQ(cost(Conv2dDataGradient<bf16>{}, conv).bytes, (32 + 48 + 54) * 2);
  EXPECT_EQ(cost(Conv2dFilterGradient<bf16>{}, conv).bytes, (32 + 48) * 2 + (54 + 3) * 4);
  EXPECT_EQ(cost(Conv2dFilterGradient<float>{}, conv).bytes, (32 + 48 + 54 + 3) * 4);
  const Conv2dPool pooled{conv, {1, 4, 4, 3, 2, 2}};  // 12 pooled
  EXPECT_EQ(cost(Conv2dPoolForward<bf16>{}, pooled).bytes, (32 + 54 + 3) * 2 + 12 * 3);
  EXPECT_EQ(cost(Conv2dPoolFilterGradient<bf16>{}, pooled).bytes, 32 * 2 + 12 * 3 + (54 + 3) * 4);
  EXPECT_EQ(cost(Conv2dPoolFilterGradient<float>{}, pooled).bytes, 32 * 4 + 12 * 5 + (54 + 3) * 4);
  EXPECT_EQ(cost(Conv2dPoolFilterGradient<float>{}, pooled).flops, 12 * (2 * 18 + 1));
  EXPECT_EQ(cost(DenseForward<bf16>{}, Dense{2, 5, 3}).bytes, (10 + 6 + 15 + 3) * 2);
  EXPECT_EQ(cost(DenseWeightGradient<bf16>{}, Dense{2, 5, 3}).bytes, (10 + 6) * 2 + (15 + 3) * 4);
  EXPECT_EQ(cost(DenseWeightGradient<float>{}, Dense{2, 5, 3}).bytes, (10 + 6 + 15 + 3) * 4);
  EXPECT_EQ(cost(Conv2dForward<bf16>{}, conv).flops, cost(Conv2dForward<float>{}, conv).flops);
}

}  // namespace
}  // namespace gs::test
