// split_sums_test.cpp - cuBLASLt's algorithms that split a product's sum: candidates behind those that do not.
#include <gtest/gtest.h>

#include <stdlib.h>

#include <algorithm>
#include <set>

#include "engine/library/library.h"
#include "engine/program/program.h"
#include "engine/program/tuner.h"
#include "models/models.h"
#include "tests/support/engines.h"
#include "tests/support/on_device.h"
#include "tests/support/product_checks.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

bool splits(const std::string& name) {
  return name.find(".splitk") != std::string::npos;
}
// cublasLtReductionScheme_t
constexpr const char* in_place = ".reduction1";
constexpr const char* in_type_of_results = ".reduction4";

class SplitSums : public testing::Test {
 protected:
  /// The list's names, of which the first do not split the sum and the others do.
  template <class Op>
  static std::vector<std::string> names_of(const std::vector<Implementation<Op>>& list) {
    std::vector<std::string> names;
    for (const auto& implementation : list) names.push_back(implementation.name);
    EXPECT_FALSE(names.empty() || splits(names[0])) << "the default splits the sum";
    EXPECT_TRUE(std::is_partitioned(names.begin(), names.end(), [](const auto& name) { return !splits(name); }));
    EXPECT_TRUE(names.empty() || splits(names.back())) << "none splits the sum";
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
    return names;
  }

  std::unique_ptr<Device> gpu_ = open({"cuda", "library"});
  const Dense problem_{.n = 6, .in = 300, .out = 72};
};

TEST_F(SplitSums, ComeAfterTheOthersAndRoundNoPartialSums) {
  const auto check = [&]<class T>(LayerLibrary<T>& library) {
    // The type of the results decides: bf16 ones may not be summed in their own type.
    const bool in_fp32 = std::is_same_v<T, float>;
    for (const auto& names :
         {names_of(library.dense_forward(problem_)), names_of(library.dense_data_gradient(problem_))})
      for (const std::string& name : names) {
        EXPECT_FALSE(name.ends_with(in_place)) << name;
        EXPECT_FALSE(!in_fp32 && name.ends_with(in_type_of_results)) << name;
      }
    const auto names = names_of(library.dense_weight_gradient(problem_));  // fp32 in any case
    EXPECT_TRUE(std::ranges::any_of(names, [](const auto& name) { return name.ends_with(in_type_of_results); }));
  };
  check(gpu_->library()->fp32());
  check(*gpu_->library()->bf16());
}

/// Else a run that does not split would plan memory for the partial sums of others.
TEST_F(SplitSums, HaveTheirOwnWorkspace) {
  for (const auto& implementation : gpu_->library()->fp32().dense_forward(problem_)) {
    const std::size_t one = sizeof(float) * std::size_t(problem_.n * problem_.out);
    if (splits(implementation.name))
      EXPECT_GE(implementation.workspace_bytes, 2 * one) << implementation.name;
    else
      EXPECT_LE(implementation.workspace_bytes, 4096u) << implementation.name;
  }
}

TEST_F(SplitSums, AreLeftOutIfTheirPartsDoNotFitIntoTheWorkspace) {
  const auto list = gpu_->library()->fp32().dense_forward({.n = 2100, .in = 8, .out = 2100});
  EXPECT_FALSE(list.empty());
  for (const auto& implementation : list) EXPECT_FALSE(splits(implementation.name)) << implementation.name;
}

/// Agreement with the reference is tested with that of all implementations (library_test.cpp).
TEST_F(SplitSums, SumInAnotherOrder) {
  const auto x = random_values(problem_.n * problem_.in, 1), w = random_values(problem_.in * problem_.out, 2),
             b = random_values(problem_.out, 3);
  std::set<std::vector<float>> results;
  std::set<std::string> orders;
  for (const auto& implementation : gpu_->library()->fp32().dense_forward(problem_)) {
    OnDevice<float> xs(*gpu_, x), ws(*gpu_, w), bs(*gpu_, b), y(*gpu_, std::size_t(problem_.n * problem_.out));
    OnDevice<unsigned char> workspace(*gpu_, implementation.workspace_bytes);
    implementation.launch(y.data(), xs.data(), ws.data(), bs.data(), problem_, workspace.data(), gpu_->stream());
    results.insert(y.values());
    const std::string& name = implementation.name;  // fp32 partial sums are the same in both reductions
    orders.insert(splits(name) ? name.substr(name.find(".splitk"), sizeof ".splitk2" - 1) : "one sequence");
  }
  EXPECT_EQ(orders.size(), 3u);
  EXPECT_EQ(results.size(), orders.size());
}

class SplitSumsInPrograms : public SplitSums {
 protected:
  void SetUp() override { setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1); }
  void TearDown() override { unsetenv("XDG_CACHE_HOME"); }

  const Net net_ = mlp({.input = {6, 6, 1}, .base = 32});
  ScratchFolder folder_;
};

TEST_F(SplitSumsInPrograms, AreMeasuredButNeverTheDefault) {
  for (const char* rule : {"default", "library"}) {
    bool of_library = false;
    for (const auto& [call, implementation] : Program(net_, Recipe(), *gpu_, {.rule = rule}).implementations()) {
      of_library |= implementation.starts_with("cublaslt:");
      EXPECT_FALSE(splits(implementation)) << call << ": " << implementation;
    }
    EXPECT_TRUE(of_library) << rule;
  }
  int tuned_calls = 0;
  const Program measured(net_, Recipe(), *gpu_, {.rule = "auto"});
  for (const TunedCall& tuned : measured.tuned_calls()) {
    const auto is_timed = [](const CandidateTime& time) { return splits(time.name) && time.median_us > 0; };
    const auto of_cublaslt = [](const CandidateTime& time) { return time.name.starts_with("cublaslt:"); };
    if (std::ranges::none_of(tuned.result.times, of_cublaslt)) continue;
    ++tuned_calls;
    EXPECT_TRUE(std::ranges::any_of(tuned.result.times, is_timed)) << tuned.step;
    for (const CandidateTime& time : tuned.result.times) EXPECT_EQ(time.refused, "") << tuned.step << ", " << time.name;
  }
  EXPECT_GT(tuned_calls, 0);
}

TEST_F(SplitSumsInPrograms, AreFoundAgainByName) {
  const Dense problem{.n = Recipe().batch, .in = 36, .out = 32, .relu = true};
  const std::string name = names_of(gpu_->library()->fp32().dense_forward(problem)).back();
  const Program named(net_, Recipe(), *gpu_, {.fixed = {{"dense1", name}}});
  EXPECT_EQ(named.implementations().at("dense1 forward"), name);
}

}  // namespace
}  // namespace gs::test
