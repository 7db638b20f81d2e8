// tables_test.cpp - what holds for every room: its rows have names of their own, run on its target, and the room is not
// empty.
#include <set>
#include <string>

#include "tests/support/variants.h"

namespace gs::test {
namespace {

template <class Op>
void check_room(Target target, std::string_view room_name, Room<Op> room) {
  SCOPED_TRACE(std::string(name_of(target)) + ", room " + std::string(room_name));
  EXPECT_FALSE(room.empty());
  std::set<std::string_view> names;
  for (const Variant<Op>& row : room) {
    EXPECT_TRUE(names.insert(row.name).second) << "two rows are called " << row.name;
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(row.targets & unsigned(target)) << row.name << " is not for this target";
    EXPECT_NE(row.launch, nullptr) << row.name;
    EXPECT_NE(row.supports, nullptr) << row.name;
    EXPECT_NE(row.workspace_bytes, nullptr) << row.name;
    if (target == Target::host && row.arithmetic == Arithmetic::tf32) {
      EXPECT_EQ(row.name, "rounded") << "a CPU has no tensor cores: it can only emulate them";
    }
  }
}

/// The rooms of one storage type.
template <class T>
void check_rooms(Target target, const StorageRooms<T>& rooms) {
  check_room(target, "gather", rooms.gather);
  check_room(target, "gather augmented", rooms.gather_augmented);
  check_room(target, "collect", rooms.collect);
  check_room(target, "activity", rooms.count_activity);
  check_room(target, "conv2d forward", rooms.conv2d_forward);
  check_room(target, "conv2d data gradient", rooms.conv2d_data_gradient);
  check_room(target, "conv2d filter gradient", rooms.conv2d_filter_gradient);
  if (target != Target::host) check_room(target, "conv2d pool forward", rooms.conv2d_pool_forward);
  if (target != Target::host) check_room(target, "dense dropout forward", rooms.dense_dropout_forward);
  check_room(target, "dense forward", rooms.dense_forward);
  check_room(target, "dense data gradient", rooms.dense_data_gradient);
  check_room(target, "dense weight gradient", rooms.dense_weight_gradient);
  check_room(target, "bias activation", rooms.bias_activation);
  check_room(target, "bias gradient", rooms.bias_gradient);
  check_room(target, "ReLU gradient", rooms.relu_gradient);
  check_room(target, "max-pool forward", rooms.maxpool_forward);
  check_room(target, "max-pool backward", rooms.maxpool_backward);
  check_room(target, "LRN forward", rooms.lrn_forward);
  check_room(target, "LRN backward", rooms.lrn_backward);
  check_room(target, "dropout forward", rooms.dropout_forward);
  check_room(target, "dropout backward", rooms.dropout_backward);
  check_room(target, "loss", rooms.loss_gradient);
}

TEST(Tables, EveryRoomOfEveryTarget) {
  for (const Rooms* rooms : tested_rooms()) {
    const Target target = rooms->target;
    check_rooms(target, rooms->fp32);
    check_rooms(target, rooms->bf16);
    check_room(target, "copy", rooms->copy_values);
    check_room(target, "measure update", rooms->measure_update);
    check_room(target, "count broken", rooms->count_broken);
    check_room(target, "metrics", rooms->record_metrics);
    check_room(target, "update", rooms->update);
    check_room(target, "advance", rooms->advance);
    check_room(target, "continue epoch", rooms->continue_epoch);
    check_room(target, "chain of multiply-adds", rooms->chain_multiply_adds);
    if (target != Target::host) check_room(target, "repeated matrix products", rooms->repeat_matrix_products);
  }
}

TEST(Tables, RowsOnKeepsTheLadderOfItsTarget) {
  const auto launch = [](StepState*, StepState*, const Advance&, void*, stream_t) {};
  const auto names = [&](Target target) {
    std::vector<std::string_view> list;
    for (const auto& row :
         rows_on<AdvanceStep>(target, {{"a", on_all, launch}, {"b", on_blocks, launch}, {"c", on_host, launch}}))
      list.push_back(row.name);
    return list;
  };
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(names(Target::host), (Names{"a", "c"}));
  EXPECT_EQ(names(Target::sim), (Names{"a", "b"}));
  EXPECT_EQ(names(Target::cuda), (Names{"a", "b"}));
}

/// Bytes and operations by hand for one small problem each.
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
  EXPECT_EQ(cost(Update{}, Optimizer{.kind = OptimizerKind::adam, .size = 100}).bytes, 2800);
  EXPECT_EQ(cost(Update{}, Optimizer{.kind = OptimizerKind::rmsprop, .size = 100}).bytes, 2000);
  EXPECT_EQ(cost(Update{}, Optimizer{.kind = OptimizerKind::sgd, .size = 100}).bytes, 1200);
  EXPECT_EQ(cost(Update{}, Optimizer{.kind = OptimizerKind::adam, .size = 100, .bf16_copy = true}).bytes, 3000);
}

/// bf16 is two bytes; parameters' gradients, losses, logits of a split and the scales of a normalisation stay floats.
TEST(Costs, InBf16CountedByHand) {
  const MaxPool pool{1, 4, 4, 3, 2, 2};
  EXPECT_EQ(cost(MaxPoolForward<bf16>{}, pool).bytes, 48 * 2 + 12 * 3);
  EXPECT_EQ(cost(MaxPoolBackward<bf16>{}, pool).bytes, 48 * 2 + 12 * 3);
  EXPECT_EQ(cost(BiasGradient<bf16>{}, Rows{10, 3}).bytes, 30 * 2 + 3 * 4);
  EXPECT_EQ(cost(GatherBatch<bf16>{}, Gather{2, 10}).bytes, 20 * 3 + 2 * 12);
  EXPECT_EQ(cost(CollectRows<bf16>{}, Collect{8, 1}).bytes, 8 * 6);
  EXPECT_EQ(cost(LossGradient<bf16>{}, Loss{LossKind::softmax, 4, 10}).bytes, 40 * 4 + 4 * 12);
  EXPECT_EQ(cost(LrnForward<bf16>{}, Lrn{10, 2}).bytes, 20 * 8);
  const Conv2d conv{.n = 1, .h = 4, .w = 4, .c = 2, .k = 3, .r = 3, .s = 3, .pad = 1};  // 32 in, 48 out, 54 weights
  EXPECT_EQ(cost(Conv2dForward<bf16>{}, conv).bytes, (32 + 48 + 54 + 3) * 2);
  EXPECT_EQ(cost(Conv2dDataGradient<bf16>{}, conv).bytes, (32 + 48 + 54) * 2);
  EXPECT_EQ(cost(Conv2dFilterGradient<bf16>{}, conv).bytes, (32 + 48) * 2 + (54 + 3) * 4);
  EXPECT_EQ(cost(Conv2dFilterGradient<float>{}, conv).bytes, (32 + 48 + 54 + 3) * 4);
  EXPECT_EQ(cost(DenseForward<bf16>{}, Dense{2, 5, 3}).bytes, (10 + 6 + 15 + 3) * 2);
  EXPECT_EQ(cost(DenseWeightGradient<bf16>{}, Dense{2, 5, 3}).bytes, (10 + 6) * 2 + (15 + 3) * 4);
  EXPECT_EQ(cost(DenseWeightGradient<float>{}, Dense{2, 5, 3}).bytes, (10 + 6 + 15 + 3) * 4);
  EXPECT_EQ(cost(Conv2dForward<bf16>{}, conv).flops, cost(Conv2dForward<float>{}, conv).flops);
}

}  // namespace
}  // namespace gs::test
