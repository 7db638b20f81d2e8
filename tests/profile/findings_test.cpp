// findings_test.cpp - findings of `gridstride devices` on made-up machines.
#include <gtest/gtest.h>

#include "engine/device/gpu_facts.h"

namespace gs::test {
namespace {

/// A machine without findings.
CudaFacts good() {
  CudaFacts f;
  f.built = f.cupti = f.gpu_on_bus = f.driver_library = true;
  f.architectures = "90";
  f.built_cuda = f.cuda = f.driver_cuda = 13000;
  f.built_cudnn = f.cudnn = 91900;
  f.built_cublaslt = f.cublaslt = 130100;
  f.visible_devices = "unset";
  f.gpus = {{.name = "NVIDIA H200", .major = 9, .minor = 0}};
  return f;
}

/// Expects exactly one finding that says `what` and advises `remedy`, each in one line.
void expect_one(const CudaFacts& facts, const std::string& what, const std::string& remedy) {
  const auto list = findings(facts);
  ASSERT_EQ(list.size(), 1u) << what;
  EXPECT_NE(list[0].what.find(what), std::string::npos) << list[0].what;
  EXPECT_NE(list[0].remedy.find(remedy), std::string::npos) << list[0].remedy;
  EXPECT_EQ((list[0].what + list[0].remedy).find('\n'), std::string::npos);
}

TEST(Findings, NoneWhereAllIsWell) {
  EXPECT_TRUE(findings(good()).empty());
}

TEST(Findings, AMachineWithoutAGpu) {
  CudaFacts f = good();
  f.gpu_on_bus = f.driver_library = false;
  f.driver_cuda = 0;
  f.gpus.clear();
  expect_one(f, "no NVIDIA GPU", "--device cpu");
  f.built = false;
  f.why_not_built = "no toolkit";
  expect_one(f, "no NVIDIA GPU", "--device cpu");
}

TEST(Findings, AGpuWithoutADriver) {
  CudaFacts f = good();
  f.driver_library = false;
  f.driver_cuda = 0;
  f.gpus.clear();
  expect_one(f, "no driver", "install driver 580");
}

TEST(Findings, ADriverThatIsTooOld) {
  CudaFacts f = good();
  f.driver_cuda = 12080;
  f.gpus.clear();
  expect_one(f, "knows CUDA 12.8, this build needs 13.0", "580 or newer");
}

TEST(Findings, ADriverThatDoesNotStart) {
  CudaFacts f = good();
  f.gpus.clear();
  f.start_error = 100;
  expect_one(f, "finds no GPU", "--gpus all");
  f.visible_devices = "";
  expect_one(f, "CUDA_VISIBLE_DEVICES is ''", "unset it");
  f.start_error = 802;
  expect_one(f, "error 802", "fabricmanager");
  f.start_error = 803;
  expect_one(f, "different releases", "restart");
  f.start_error = 804;
  expect_one(f, "error 804", "LD_LIBRARY_PATH");
  f.start_error = 999;
  expect_one(f, "error 999", "nvidia-smi");
}

TEST(Findings, ABuildWithoutCuda) {
  CudaFacts f = good();
  f.built = false;
  f.why_not_built = "no cuDNN or cuBLASLt";
  expect_one(f, "came without cuDNN", "install cuDNN 9");
  f.why_not_built = "no toolkit";
  expect_one(f, "no cuda device (no toolkit)", "install the CUDA toolkit");
  f.why_not_built = "turned off";
  expect_one(f, "no cuda device (turned off)", "-DGRIDSTRIDE_CUDA=ON");
}

TEST(Findings, LibrariesThatDoNotFit) {
  CudaFacts f = good();
  f.cudnn = 90100;
  expect_one(f, "cuDNN 9.1.0 is loaded, this build was made with 9.19.0", "LD_LIBRARY_PATH");
  f = good();
  f.cublaslt = 120800;
  expect_one(f, "cuBLASLt 12.8.0 is loaded", "LD_LIBRARY_PATH");
  f = good();
  f.cupti = false;
  expect_one(f, "no CUPTI", "cuda-cupti-dev");
  f = good();
  f.module_error = "libcudnn.so.9: cannot open shared object file";
  f.cuda = f.cudnn = f.cublaslt = 0;
  f.cupti = true;
  expect_one(f, "libcudnn.so.9", "LD_LIBRARY_PATH");
  f = good();
  f.module_missing = true;
  f.cuda = f.cudnn = f.cublaslt = f.built_cudnn = f.built_cublaslt = 0;
  f.cupti = false;
  expect_one(f, "not built yet", "./gridstride build cuda");
}

TEST(Findings, GpusThatTheBuildIsNotFor) {
  CudaFacts f = good();
  f.gpus = {{.name = "NVIDIA H200", .major = 9, .minor = 0}, {.name = "NVIDIA A100", .major = 8, .minor = 0}};
  expect_one(f, "GPU 1 (NVIDIA A100, compute capability 8.0)", "-DCMAKE_CUDA_ARCHITECTURES='90;80'");
  f.gpus = {{.name = "NVIDIA B200", .major = 10, .minor = 0}};
  expect_one(f, "compiles this build's code (90) at the first start", "-DCMAKE_CUDA_ARCHITECTURES='90;100'");
  f.gpus = {{.name = "Tesla T4", .major = 7, .minor = 5}};
  expect_one(f, "GPU 0 (Tesla T4, compute capability 7.5): it is too old", "--device cpu");
}

TEST(FitOf, CodeRunsOnItsOwnGenerationAndPtxOnLaterOnes) {
  EXPECT_EQ(fit("90", 9, 0), Fit::native);
  EXPECT_EQ(fit("80", 8, 6), Fit::native);
  EXPECT_EQ(fit("86", 8, 0), Fit::no);
  EXPECT_EQ(fit("80", 9, 0), Fit::compiled_on_first_use);
  EXPECT_EQ(fit("80-real", 9, 0), Fit::no);
  EXPECT_EQ(fit("80-virtual", 8, 0), Fit::compiled_on_first_use);
  EXPECT_EQ(fit("80-real 90", 9, 0), Fit::native);
  EXPECT_EQ(fit("80 90-real", 9, 0), Fit::native);
  EXPECT_EQ(fit("90a", 9, 0), Fit::native);
  EXPECT_EQ(fit("90a-real", 10, 0), Fit::no);
  EXPECT_EQ(fit("100", 9, 0), Fit::no);
  EXPECT_EQ(fit("120", 12, 1), Fit::native);
  EXPECT_EQ(fit("native", 9, 0), Fit::native);
  EXPECT_EQ(fit("", 9, 0), Fit::no);
}

TEST(Versions, AsPeopleWriteThem) {
  EXPECT_EQ(cuda_version_text(13000), "13.0");
  EXPECT_EQ(cuda_version_text(12080), "12.8");
  EXPECT_EQ(library_version_text(91900), "9.19.0");
  EXPECT_EQ(library_version_text(130100), "13.1.0");
}

/// On any machine the facts are available, and each finding has a remedy.
TEST(CudaFactsHere, CanBeAskedFor) {
  const CudaFacts facts = cuda_facts();
  EXPECT_EQ(facts.module_error, "") << "it also loads without a GPU";
  EXPECT_EQ(facts.built, facts.cudnn > 0);
  for (const Finding& finding : findings(facts)) {
    EXPECT_FALSE(finding.what.empty());
    EXPECT_FALSE(finding.remedy.empty());
  }
}

}  // namespace
}  // namespace gs::test
