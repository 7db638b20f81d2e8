// counts_of_lenet_test.cpp - memory requests of LeNet's ops on `sim`, against counts by hand.
#include <gtest/gtest.h>

#include "engine/profile/counts_profile.h"
#include "engine/program/flat_layout.h"
#include "kernels/optimizer/optimizers.h"
#include "kernels/sim/counts.h"
#include "models/models.h"
#include "tests/support/run_steps.h"
#include "tests/support/tiny_data.h"

namespace gs {
namespace {

constexpr int batch = 4, side = 12;

class CountsOfLenet : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto device = open_device({.name = "sim"});
    const Net net = lenet({.input = {side, side, 1}, .base = 2});
    Recipe recipe;
    recipe.batch = batch;
    recipe.optimizer = usual_optimizer("sgd");
    // This call would else be part of one that has the network's end.
    const ImplementationChoice choice{.fixed = {{"dense2 data gradient", "tiled"}}};
    Program program(net, recipe, *device, choice);
    program.initialize();
    test::BoundTraining training(program, test::noise_images(8, side, 50, 1));
    parameters_ = FlatLayout(net).size;
    profile_ = new Profile(count(program, [&] {
      training.begin(0, {0, 1, 2, 3, 4, 5, 6, 7});
      return training.steps();
    }));
  }
  static void TearDownTestSuite() { delete std::exchange(profile_, nullptr); }

  static const OpProfile& op(const std::string& name) {
    for (const OpProfile& o : profile_->ops)
      if (o.name == name) return o;
    throw Error("there is no op " + name);
  }

  static inline Profile* profile_ = nullptr;
  static inline std::int64_t parameters_ = 0;
};

TEST_F(CountsOfLenet, EveryOpHasLinesWhoseSumsAreTheOps) {
  EXPECT_EQ(profile_->source_note, "");
  for (const OpProfile& o : profile_->ops) {
    SCOPED_TRACE(o.name);
    OpCounts::Line sum;
    for (const OpCounts::Line& line : o.counts->lines) {
      EXPECT_EQ(line.place.find("kernels/"), 0u) << line.place;
      sum.requests += line.requests;
      sum.sectors += line.sectors;
      sum.wasted_sectors += line.wasted_sectors;
      sum.shared_requests += line.shared_requests;
      sum.bank_conflicts += line.bank_conflicts;
      sum.divergent_requests += line.divergent_requests;
    }
    EXPECT_GT(o.counts->requests, 0);
    EXPECT_EQ(sum.requests, o.counts->requests);
    EXPECT_EQ(sum.sectors, o.counts->sectors);
    EXPECT_EQ(sum.wasted_sectors, o.counts->wasted_sectors);
    EXPECT_LT(sum.wasted_sectors, sum.sectors);
    EXPECT_EQ(sum.shared_requests, o.counts->shared_requests);
    EXPECT_EQ(sum.bank_conflicts, o.counts->bank_conflicts);
    EXPECT_EQ(sum.divergent_requests, o.counts->divergent_requests);
    EXPECT_GE(double(o.counts->loaded_bytes + o.counts->stored_bytes), o.cost.bytes * 0.5) << "the cost is a minimum";
  }
}

TEST_F(CountsOfLenet, GatherAsCountedByHand) {
  // A block of 256 threads for each of 4 images of 144 values, in the order of the data. Each thread reads cursor,
  // batch, samples and window of the state, and an entry of the permutation. A group of 4 bytes becomes 16 of x; each
  // image also needs a label. An image's 36 groups are those of a full warp and of 4 lanes of the next.
  constexpr std::int64_t groups = batch * side * side / 4, threads = 256 * batch;
  const OpCounts& c = *op("gather").counts;
  EXPECT_EQ(op("gather").implementation, "element");
  EXPECT_EQ(c.blocks, batch);
  EXPECT_EQ(c.threads, threads);
  EXPECT_EQ(c.barriers, 0);
  EXPECT_EQ(c.loads, (4 + 1) * threads + groups + batch);
  EXPECT_EQ(c.loaded_bytes, 4 * ((4 + 1) * threads + groups + batch));
  EXPECT_EQ(c.stores, groups + batch);
  EXPECT_EQ(c.stored_bytes, 16 * groups + 4 * batch);
  EXPECT_EQ(c.requests, (4 + 1) * threads / 32 + 2 * 2 * batch + 2 * batch);
  // Sectors: state and permutation 1 a request; an image's bytes 4 and 1, or 5 and 1 if they begin within a sector, as
  // every other image's do; its floats 18.
  EXPECT_EQ(c.sectors, (4 + 1) * threads / 32 + (5 + 6) * batch / 2 + 18 * batch + 2 * batch);
  EXPECT_EQ(c.divergent_requests, 4 * batch) << "4 lanes read and write groups, one reads and writes a label";
  EXPECT_EQ(c.shared_requests, 0);
}

TEST_F(CountsOfLenet, UpdateAsCountedByHand) {
  // Plain sgd: each thread reads the learning rate; gradient and parameter are read, the parameter is written, in
  // groups of four.
  const std::int64_t n = parameters_, groups = n / 4, threads = (groups + 255) / 256 * 256;
  ASSERT_EQ(groups % 32, 16) << "half of the last warp has no group";
  const OpCounts& c = *op("update").counts;
  ASSERT_EQ(op("update").kernels.size(), 1u);
  EXPECT_NE(op("update").kernels[0].name.find("SgdStep, 4, "), std::string::npos) << op("update").kernels[0].name;
  EXPECT_EQ(c.threads, threads);
  EXPECT_EQ(c.loads, threads + 2 * groups);
  EXPECT_EQ(c.stores, groups);
  EXPECT_EQ(c.loaded_bytes, 4 * (threads + 2 * n));
  EXPECT_EQ(c.stored_bytes, 4 * n);
  EXPECT_EQ(double(c.loaded_bytes - 4 * threads + c.stored_bytes), op("update").cost.bytes);
  EXPECT_EQ(c.requests, threads / 32 + 3 * (groups + 16) / 32);
  EXPECT_EQ(c.sectors, threads / 32 + 3 * 4 * n / 32);
  EXPECT_EQ(c.divergent_requests, 3) << "of the last warp";
}

TEST_F(CountsOfLenet, TheTilesOfAProductAreReadAsCountedByHand) {
  // dense2's data gradient: one block, one iteration of 16 k. Each thread of its 8 warps writes 4 elements of each tile
  // and reads 16 bytes of each tile per k.
  const OpProfile& o = op("dense2 data gradient");
  ASSERT_EQ(o.implementation, "tiled");
  EXPECT_EQ(o.counts->blocks, 1);
  EXPECT_EQ(o.counts->barriers, 2);
  EXPECT_EQ(o.counts->shared_requests, 8 * (4 + 4) + 8 * 16 * 2);
  EXPECT_EQ(o.counts->bank_conflicts, 8 * 4) << "the tile that is written along its depth: two turns each";
}

}  // namespace
}  // namespace gs
