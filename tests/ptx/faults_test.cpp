// faults_test.cpp - mutation tests: the kernels' tests, run on the interpreter, must find faults injected into the
// kernels' PTX.
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

struct Fault {
  const char* name;
  const char* rule;     ///< pattern=>text
  const char* tests;    ///< gtest filter of the tests that should find it
  const char* finding;  ///< text of the message expected from one of them; empty: wrong values
};

// Operands of mma: {d}, {a0, a1, a2, a3}, {b0, b1}, {c}.
#define GS_D_AND_OPEN_A R"(\{[^}]*\}, \{)"
#define GS_A R"((%r[0-9]+),(%r[0-9]+),(%r[0-9]+),(%r[0-9]+)\})"
#define GS_D_A_AND_OPEN_B R"(\{[^}]*\}, \{[^}]*\}, \{)"
#define GS_B R"((%r[0-9]+),(%r[0-9]+)\})"

/// Dense layers in fp32 and bf16 (Products/1, /3), then the fused kernels: the fastest tests that cover all kinds.
const char* const products = "Products/1*:Products/3*:ProductsInFp32*:ConvolutionAndPool*:DenseAndDropout*";

const Fault faults[] = {
    {"mma_tf32_with_a1_and_a2_exchanged", "(m16n8k8\\.row[^{]*" GS_D_AND_OPEN_A ")" GS_A "=>$1$2,$4,$3,$5}", products,
     ""},
    {"mma_bf16_with_a1_and_a2_exchanged", "(m16n8k16\\.row[^{]*" GS_D_AND_OPEN_A ")" GS_A "=>$1$2,$4,$3,$5}", products,
     ""},
    {"mma_tf32_with_b0_and_b1_exchanged", "(m16n8k8\\.row[^{]*" GS_D_A_AND_OPEN_B ")" GS_B "=>$1$3,$2}", products, ""},
    {"mma_bf16_with_b0_and_b1_exchanged", "(m16n8k16\\.row[^{]*" GS_D_A_AND_OPEN_B ")" GS_B "=>$1$3,$2}", products, ""},
    {"ldmatrix_without_trans", "x4\\.trans=>x4", products, ""},
    {"ldmatrix_with_trans", "x4\\.shared=>x4.trans.shared", products, ""},
    {"wait_for_one_group_less", "wait_group 0=>wait_group 1", products,
     "before the asynchronous copy to it was waited for"},
    {"wait_for_one_group_less_of_two", "wait_group 1;=>wait_group 2;", products,
     "before the asynchronous copy to it was waited for"},
    {"copy_of_what_lies_outside",
     "(cp\\.async\\.c[ag]\\.shared\\.global \\[[^\\]]*\\], \\[[^\\]]*\\], )(16|4), %r[0-9]+=>$1$2, $2", products, ""},
    {"no_group_is_committed", "cp\\.async\\.commit_group;=>", products, "asynchronous cop"},
    {"no_rounding_to_tf32", "cvt\\.rna\\.tf32\\.f32=>mov.b32", products, ""},
    {"no_barriers", "bar\\.sync[ \\t]+0;=>", products, "shared memory"},
    {"shuffle_from_another_lane", "shfl\\.sync\\.bfly=>shfl.sync.down", "Loss*:Metrics*:*Record*", ""},
    {"an_address_that_is_4_too_high", "ld\\.global\\.f32([^;]*)\\]=>ld.global.f32$1+4]", "Bias*:Optimizer*", ""},
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.name;
}

/// Output of a test program without lines in brackets: CTest would take its [  SKIPPED ] for this test's own.
std::string without_marks(const std::string& text) {
  std::string kept;
  for (const std::string& line : lines_of(text))
    if (!line.starts_with("[")) kept += line + "\n";
  return kept;
}

class FaultsInPtx : public testing::TestWithParam<Fault> {};

TEST_P(FaultsInPtx, AreFound) {
  const ScratchFolder folder;
  const Fault& fault = GetParam();
  const Outcome outcome =
      run_program(folder.path(), {std::string("--gtest_filter=") + fault.tests, "--gtest_fail_fast"},
                  [&] { setenv("GRIDSTRIDE_PTX_FAULT", fault.rule, 1); });
  const std::string said = outcome.out + outcome.err;
  EXPECT_TRUE(std::regex_search(said, std::regex("fault put in at [1-9]"))) << "no kernel matches the pattern";
  EXPECT_EQ(outcome.status, 1) << "no test found it";
  EXPECT_NE(said.find("[  FAILED  ]"), std::string::npos) << without_marks(said);
  EXPECT_NE(said.find(fault.finding), std::string::npos) << "nothing says '" << fault.finding << "':\n"
                                                         << without_marks(said);
}

INSTANTIATE_TEST_SUITE_P(All, FaultsInPtx, testing::ValuesIn(faults), [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gs::test
