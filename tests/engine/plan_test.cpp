// plan_test.cpp - dependencies and the memory plan, on small call lists that can be checked by hand.
#include "engine/program/plan.h"

#include <gtest/gtest.h>

#include <numeric>

#include "engine/program/prediction.h"
#include "engine/program/steps_per_replay.h"
#include "kernels/common/check.h"

namespace gs {
namespace {

OpCall step(std::string name, std::vector<TensorId> reads, std::vector<TensorId> writes,
            TensorId workspace = no_tensor) {
  OpCall s;
  s.name = std::move(name);
  s.reads = std::move(reads);
  s.writes = std::move(writes);
  s.workspace = workspace;
  return s;
}

std::vector<Tensor> planned(int count, std::size_t bytes = 1000) {
  std::vector<Tensor> tensors;
  for (int i = 0; i < count; ++i) tensors.push_back({"t" + std::to_string(i), bytes, Lifetime::planned});
  return tensors;
}

bool overlap(const MemoryPlan& plan, TensorId a, TensorId b, std::size_t bytes) {
  return plan.offset[std::size_t(a)] < plan.offset[std::size_t(b)] + bytes &&
         plan.offset[std::size_t(b)] < plan.offset[std::size_t(a)] + bytes;
}

TEST(Dependencies, ReadAfterWriteWriteAfterReadWriteAfterWrite) {
  const auto d = dependencies({step("a", {}, {0}), step("b", {0}, {1}), step("c", {}, {0}), step("d", {0, 1}, {1})});
  EXPECT_TRUE(d[0].empty());
  EXPECT_EQ(d[1], std::vector<int>{0});
  EXPECT_EQ(d[2], (std::vector<int>{0, 1})) << "a new write waits for the old writer and its readers";
  EXPECT_EQ(d[3], (std::vector<int>{2, 1}));
}

TEST(Dependencies, LeastLeavesOutWhatFollowsFromOthers) {
  // c needs a only through b
  const auto d = least_dependencies({step("a", {}, {0}), step("b", {0}, {1}), step("c", {0, 1}, {2})});
  EXPECT_EQ(d, (std::vector<std::vector<int>>{{}, {0}, {1}}));
}

/// True if both calls use a tensor that one of them writes.
bool share(const OpCall& a, const OpCall& b) {
  const auto has = [](const std::vector<TensorId>& list, TensorId id) {
    return std::find(list.begin(), list.end(), id) != list.end();
  };
  const auto writes_of = [&](const OpCall& one, const OpCall& other) {
    return std::any_of(one.writes.begin(), one.writes.end(),
                       [&](TensorId id) { return has(other.reads, id) || has(other.writes, id); });
  };
  return writes_of(a, b) || writes_of(b, a);
}

Conflicts clashes_if(const std::vector<OpCall>& steps, bool (*clash)(const OpCall&, const OpCall&)) {
  Conflicts result;
  for (const OpCall& a : steps) {
    result.emplace_back();
    for (const OpCall& b : steps) result.back().push_back(clash(a, b));
  }
  return result;
}
bool always(const OpCall&, const OpCall&) {
  return true;
}

TEST(Dependencies, ARepeatedRunWaitsForWhatItConflictsWith) {
  // a feeds b and c; d is independent
  const std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0}, {1}), step("c", {0}, {2}), step("d", {}, {3})};
  EXPECT_EQ(repeated_dependencies(steps, 3, clashes_if(steps, share)),
            (std::vector<std::vector<int>>{{}, {0}, {0}, {}, {1, 2}, {4}, {4}, {3}, {5, 6}, {8}, {8}, {7}}));
  const auto all_clash = repeated_dependencies(steps, 2, clashes_if(steps, always));
  EXPECT_EQ(all_clash, (std::vector<std::vector<int>>{{}, {0}, {0}, {}, {1, 2, 3}, {4}, {4}, {1, 2, 3}}));
}
TEST(Dependencies, StepsClashWhereTheirMemoryMeets) {
  // tensors 0 and 1 share memory, 2 follows them, 3 overlaps the end of 2
  std::vector<std::byte> memory(400);
  const Addresses at{{memory.data(), memory.data(), memory.data() + 100, memory.data() + 150}};
  const auto clash = [&](const OpCall& a, const OpCall& b) {
    return bool(conflicts({a, b}, at, planned(4, 100))[0][1]);
  };
  EXPECT_TRUE(clash(step("a", {0}, {}), step("b", {}, {1})));
  EXPECT_TRUE(clash(step("a", {}, {0}), step("b", {1}, {})));
  EXPECT_FALSE(clash(step("a", {0}, {}), step("b", {1}, {}))) << "both read";
  EXPECT_FALSE(clash(step("a", {}, {1}), step("b", {}, {2}))) << "one behind the other";
  EXPECT_TRUE(clash(step("a", {}, {}, 3), step("b", {2}, {}))) << "a workspace is written";
  EXPECT_TRUE(clash(step("a", {}, {2}), step("a", {}, {2})));
}
TEST(Chain, CountsWeights) {
  const std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0}, {1}), step("c", {0}, {2}), step("d", {1, 2}, {3})};
  EXPECT_EQ(longest_chain(steps, {1, 1, 1, 1}), 3);
  EXPECT_EQ(longest_chain(steps, {1, 1, 5, 2}), 8);
  EXPECT_EQ(longest_chain(std::vector<OpCall>{}, {}), 0);
}
TEST(Prediction, IsTheLongestChainOrThePeaks) {
  std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0}, {1}), step("c", {0}, {2}), step("d", {1}, {3})};
  steps[1].cost = {.flops = 100, .bytes = 10};
  steps[2].cost = {.flops = 0, .bytes = 50};
  GpuModel gpu = h200();
  gpu.bytes_per_us = 10, gpu.fp32_flops_per_us = 20, gpu.kernel_us = 3;
  gpu.multiprocessors = 2, gpu.cycles_per_us = 5;
  const std::vector<int> kernels{1, 2, 1, 1};
  std::vector<OpBound> bounds;
  for (std::size_t i = 0; i < steps.size(); ++i) bounds.push_back(op_bound(steps[i], kernels[i], Precision::fp32, gpu));
  const auto prediction = [&](double instructions) {
    return predict(steps, bounds, kernels, instructions, gpu, clashes_if(steps, always));
  };
  const Prediction p = prediction(0);
  EXPECT_DOUBLE_EQ(p.chain_us, 3 + (6 + 5) + 3);
  EXPECT_DOUBLE_EQ(p.bytes_us, 6);
  EXPECT_DOUBLE_EQ(p.arithmetic_us, 5);
  EXPECT_DOUBLE_EQ(p.bound_us(), 17);
  EXPECT_DOUBLE_EQ(prediction(800).issue_us, 20) << "eight schedulers, five cycles in a microsecond";
  EXPECT_DOUBLE_EQ(prediction(800).bound_us(), 20);
}
TEST(Prediction, ARepeatedStepDoesNotWaitForWhatItDoesNotNeed) {
  // a (the batch) may be written again while d (the update) runs: only b reads d's output
  const std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0, 3}, {1}), step("c", {1}, {2}), step("d", {2}, {3})};
  EXPECT_EQ(longest_chain(steps, {1, 1, 1, 1}), 4);
  EXPECT_DOUBLE_EQ(
      predict(steps, std::vector<OpBound>(4), {1, 1, 1, 1}, 0, h200(), clashes_if(steps, share)).chain_kernels, 3);
}
TEST(StepsPerReplay, MakesTheFewestLaunches) {
  EXPECT_EQ(steps_per_replay(125, 32), 31);
  EXPECT_EQ(steps_per_replay(124, 32), 31);
  EXPECT_EQ(steps_per_replay(7, 32), 7);
  EXPECT_EQ(steps_per_replay(1, 32), 1);
  EXPECT_EQ(steps_per_replay(100, 1), 1);
}
TEST(MemoryPlan, AChainReusesMemory) {
  // 0 -> 1 -> 2 -> 3: tensor i is dead once tensor i + 1 is written
  const auto plan =
      plan_memory(planned(4), {step("a", {}, {0}), step("b", {0}, {1}), step("c", {1}, {2}), step("d", {2}, {3})});
  EXPECT_EQ(plan.arena_bytes, 2u * 1024) << "two tensors are alive at a time, padded to 256 bytes";
  EXPECT_EQ(plan.unshared_bytes, 4u * 1024);
  for (int i = 0; i + 1 < 4; ++i) EXPECT_FALSE(overlap(plan, i, i + 1, 1000)) << i;
}

TEST(MemoryPlan, ParallelBranchesDoNotShare) {
  // b and c both read 0 and may run concurrently: their outputs and workspaces must not overlap, although they could
  // in list order
  const std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0}, {1}, 3), step("c", {0}, {2}, 4)};
  const auto plan = plan_memory(planned(5), steps);
  for (const auto& [x, y] : {std::pair{1, 2}, {3, 4}, {1, 4}, {3, 2}})
    EXPECT_FALSE(overlap(plan, x, y, 1000)) << x << " " << y;
}

TEST(MemoryPlan, ReaderThatIsNoAncestorKeepsItsInput) {
  // e writes 3 after c, but b (which reads 0) may still run: 3 must not take 0's place
  const std::vector<OpCall> steps{step("a", {}, {0}), step("b", {0}, {1}), step("c", {0}, {2}), step("e", {2}, {3})};
  EXPECT_FALSE(overlap(plan_memory(planned(4), steps), 0, 3, 1000));
}

TEST(MemoryPlan, EveryOffsetIsAlignedAndFixedTensorsHaveNone) {
  auto tensors = planned(3, 7);
  tensors[1].lifetime = Lifetime::fixed;
  const auto plan = plan_memory(tensors, {step("a", {}, {0}), step("b", {0, 1}, {2})});
  EXPECT_EQ(plan.offset[0] % 256, 0u);
  EXPECT_EQ(plan.offset[2] % 256, 0u);
  EXPECT_EQ(plan.offset[1], MemoryPlan::npos);
}

TEST(MemoryPlan, RefusesToReadWhatNobodyWrote) {
  EXPECT_THROW(plan_memory(planned(2), {step("a", {0}, {1})}), Error);
}

}  // namespace
}  // namespace gs
