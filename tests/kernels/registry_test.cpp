// registry_test.cpp - rules of a registry, and checks of every op of the tested targets: its variants are for the
// target, and the ops that one target lacks are listed here by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "kernels/lrn/lrn.h"
#include "tests/support/errors.h"
#include "tests/support/tested_targets.h"

namespace gs::test {
namespace {

void nothing(float*, const float*, const Lrn&, void*, stream_t) {}

using Op = LrnForward<float>;

Variant<Op> variant(std::string_view name, int rank, unsigned targets = on_all) {
  return {.name = name, .rank = rank, .targets = targets, .launch = &nothing};
}

std::vector<std::string> names(const Registry& registry) {
  std::vector<std::string> result;
  for (const auto& row : registry.variants<Op>()) result.emplace_back(row.name);
  return result;
}

TEST(ARegistry, OrdersVariantsByRank) {
  Registry registry(Target::host);
  for (const auto& row : {variant("middle", 2), variant("best", 7), variant("naive", 1)}) registry.add(row);
  EXPECT_EQ(names(registry), (std::vector<std::string>{"naive", "middle", "best"}));
  EXPECT_EQ(registry.highest<Op>().name, "best");
  EXPECT_EQ(registry.variant<Op>("middle").rank, 2);
}

TEST(ARegistry, LeavesOutVariantsForOtherTargets) {
  for (const Target target : {Target::cuda, Target::host, Target::sim}) {
    Registry registry(target);
    registry.add(variant("anywhere", 1));
    registry.add(variant("blocks", 2, on_blocks));
    registry.add(variant("simd", 2, on_host));  // its rank equals one for other targets
    EXPECT_EQ(names(registry), (std::vector<std::string>{"anywhere", target == Target::host ? "simd" : "blocks"}));
  }
}

TEST(ARegistry, RefusesTwoOfOneNameOrRank) {
  Registry registry(Target::sim);
  registry.add(variant("element", 1));
  const std::string head = "lrn forward, variant ";
  EXPECT_TRUE(refuses<Error>([&] { registry.add(variant("element", 2)); }, {head, "'element' has the same name"}));
  EXPECT_TRUE(refuses<Error>([&] { registry.add(variant("other", 1)); }, {head + "'other'", "'element' has the same"}));
  EXPECT_EQ(names(registry), std::vector<std::string>{"element"}) << "a refused variant is not kept";
}

TEST(ARegistry, RefusesIncompleteVariants) {
  Registry registry(Target::sim);
  EXPECT_TRUE(refuses<Error>([&] { registry.add(variant("", 1)); }, {"a name and a rank"}));
  EXPECT_TRUE(refuses<Error>([&] { registry.add(variant("element", 0)); }, {"a name and a rank"}));
  EXPECT_TRUE(refuses<Error>([&] { registry.add<Op>({.name = "element", .rank = 1}); }, {"a function is missing"}));
  EXPECT_TRUE(registry.ops().empty());
}

/// Another op with the name of LrnForward<float>.
struct Impostor {
  static constexpr std::string_view name = "lrn forward";
  using Stored = float;
  using Problem = int;
  using Launch = void(const int&, void*, stream_t);
};

TEST(ARegistry, RefusesAnotherOpOfTheSameName) {
  Registry registry(Target::sim);
  registry.add(variant("element", 1));
  const auto add = [&] {
    registry.add<Impostor>({.name = "block", .rank = 2, .launch = [](const int&, void*, stream_t) {}});
  };
  EXPECT_TRUE(refuses<Error>(add, {"two ops have this op's name"}));
}

TEST(ARegistry, SaysWhatIsMissing) {
  Registry registry(Target::host);
  EXPECT_TRUE(refuses<Error>([&] { registry.highest<Op>(); }, {"lrn forward: no variant on host"}));
  registry.add(variant("element", 1));
  EXPECT_TRUE(refuses<Error>([&] { registry.variant<Op>("simd"); }, {"lrn forward: no variant 'simd' on host"}));
}

TEST(ARegistry, IsCopiedWhole) {
  Registry from(Target::sim);
  from.add(variant("element", 1));
  Registry copy(Target::cuda, from);
  copy.add(variant("block", 2));
  EXPECT_EQ(copy.target(), Target::cuda);
  EXPECT_EQ(names(copy).size(), 2u);
  EXPECT_EQ(names(from).size(), 1u) << "adding to the copy does not change the original";
}

TEST(ARegistry, KeepsTheTwoStoredTypesOfAnOpApart) {
  Registry registry(Target::sim);
  registry.add(variant("element", 1));
  EXPECT_TRUE(registry.variants<LrnForward<bf16>>().empty());
  ASSERT_EQ(registry.ops().size(), 1u);
  EXPECT_EQ(registry.ops().begin()->first, (OpKey{"lrn forward", "fp32"}));
}

// ---- the registries of the tested targets ----

TEST(Registries, HaveVariantsForTheirTargetAlone) {
  for (const Registry* registry : tested_registries())
    for (const auto& [op, variants] : registry->ops()) {
      SCOPED_TRACE(std::string(name_of(registry->target())) + ", " + std::string(op.first) + " " +
                   std::string(op.second));
      EXPECT_FALSE(variants.empty());
      for (const VariantRow& v : variants) {
        EXPECT_TRUE(v.targets & unsigned(registry->target())) << v.name << " is not for this target";
        if (registry->target() == Target::host && v.arithmetic == Arithmetic::tf32) {
          EXPECT_EQ(v.name, "tf32_emulated") << "a CPU has no tensor cores: it can only emulate them";
        }
        if (op.second == "bf16") {
          EXPECT_NE(v.arithmetic, Arithmetic::tf32) << v.name;
        }
      }
    }
}

TEST(Registries, HaveEveryOpThatStoresActivationsForBothTypes) {
  for (const Registry* registry : tested_registries()) {
    std::set<std::string_view> fp32, bf16, other;
    for (const auto& [op, variants] : registry->ops())
      (op.second == "fp32" ? fp32 : op.second == "bf16" ? bf16 : other).insert(op.first);
    // A CPU computes it by Winograd's method, which has no variant in bf16.
    if (registry->target() == Target::host) {
      EXPECT_EQ(fp32.erase("conv2d pool data gradient"), 1u);
    }
    EXPECT_EQ(fp32, bf16) << name_of(registry->target());
    EXPECT_FALSE(fp32.empty());
    EXPECT_FALSE(other.empty());
  }
}

/// Every kernel file is compiled for every target, but these ops have no CPU variant: a CPU has no tensor cores, and no
/// starts of kernels to save.
const std::set<std::string_view> not_on_host = {"dense dropout forward", "head gradient", "repeat matrix products"};

TEST(Registries, OfTheHostLackFusedOps) {
  std::set<std::string_view> host, blocks;
  for (const Registry* registry : tested_registries())
    for (const auto& [op, variants] : registry->ops())
      (registry->target() == Target::host ? host : blocks).insert(op.first);
  if (host.empty() || blocks.empty()) GTEST_SKIP() << "one of the two is not tested by this program";
  std::set<std::string_view> lacking;
  std::set_difference(blocks.begin(), blocks.end(), host.begin(), host.end(), std::inserter(lacking, lacking.end()));
  EXPECT_EQ(lacking, not_on_host);
  EXPECT_TRUE(std::includes(blocks.begin(), blocks.end(), host.begin(), host.end()));
}

/// Names of the lowest and the highest variant.
struct Ends {
  std::string_view lowest, highest;
};

Ends ends_of_product(std::string_view op, std::string_view stored, bool on_host) {
  const std::string_view lowest_of_pooled = stored == "fp32" ? "winograd_4x4" : "simd";
  if (op == "conv2d pool forward") return on_host ? Ends{lowest_of_pooled, "simd"} : Ends{"tiled", "window"};
  if (op == "conv2d pool filter gradient") return on_host ? Ends{lowest_of_pooled, "simd"} : Ends{"window", "halo"};
  if (op == "conv2d pool data gradient")
    return on_host ? Ends{lowest_of_pooled, lowest_of_pooled} : Ends{"halo", "halo"};
  if (op == "dense dropout forward") return {"tiled", "tensor"};
  const std::string_view simd = stored == "fp32" ? "simd" : "bf16_emulated";
  if (op == "dense weight update") return on_host ? Ends{simd, simd} : Ends{"outer", "outer"};
  if (on_host) return {"direct", simd};
  return {"direct", op.starts_with("conv2d ") ? "halo" : "tensor"};
}

TEST(Registries, RankTheFastestVariantOfAProductHighest) {
  for (const Registry* registry : tested_registries())
    for (const auto& [op, variants] : registry->ops()) {
      if (!op.first.starts_with("dense ") && !op.first.starts_with("conv2d ")) continue;
      SCOPED_TRACE(std::string(name_of(registry->target())) + ", " + std::string(op.first) + " " +
                   std::string(op.second));
      const Ends ends = ends_of_product(op.first, op.second, registry->target() == Target::host);
      EXPECT_EQ(variants.front().name, ends.lowest);
      EXPECT_EQ(variants.back().name, ends.highest);
    }
}

}  // namespace
}  // namespace gs::test
