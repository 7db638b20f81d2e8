// kernel_names_test.cpp - short forms of recorded kernel names, and tensor-core use inferred from them.
#include "engine/profile/kernel_names.h"

#include <gtest/gtest.h>

namespace gs::test {
namespace {

TEST(ShortKernelName, OfOwnKernels) {
  EXPECT_EQ(short_kernel_name("_ZN2gs4cuda75_GLOBAL__N__7a57a8a3_17_chain_element_cu_1b7fe7a8_1234567890123456789_1"
                              "5chainElPfPKfiff"),
            "_ZN2gs4cuda75_GLOBAL__N__7a57a8a3_17_chain_element_cu_1b7fe7a8_1234567890123456789_15chainElPfPKfiff")
      << "unknown names stay as they are";
  EXPECT_EQ(short_kernel_name("_ZN2gs4cuda12_GLOBAL__N_15chainElPfPKfiff"), "chain");
  EXPECT_EQ(
      short_kernel_name("_ZN2gs4cuda48_GLOBAL__N__9de9ed64_15_products_mma_cu_40f0db218productsEPfPKfS4_NS_14Matrix"
                        "ProductsE"),
      "products")
      << "as nvcc 13 named it";
  EXPECT_EQ(short_kernel_name("_ZN2gs4cuda12_GLOBAL__N_15tiledILi16ELb1EEEvPf"), "tiled<16, true>");
  EXPECT_EQ(short_kernel_name("void gs::cuda::(anonymous namespace)::tiled<(int)16, (bool)1>(float *)"),
            "tiled<16, 1>");
  EXPECT_EQ(short_kernel_name("void gs::cuda::(anonymous namespace)::split<gs::cuda::Form>(float *, "
                              "std::pair<int, int>)"),
            "split")
      << "types are left out";
  EXPECT_EQ(short_kernel_name("conv2d_tiled<16>"), "conv2d_tiled<16>") << "as the simulator says it";
}

TEST(ShortKernelName, OfLibraries) {
  EXPECT_EQ(short_kernel_name("void cutlass::Kernel2<cutlass_80_tensorop_s1688gemm_64x64_16x6_tn_align4>(T1::Params)"),
            "cutlass_80_tensorop_s1688gemm_64x64_16x6_tn_align4");
  EXPECT_EQ(short_kernel_name("cutlass_80_simt_sgemm_128x64_8x5_tn_align1"),
            "cutlass_80_simt_sgemm_128x64_8x5_tn_align1");
  EXPECT_EQ(short_kernel_name("sm80_xmma_gemm_f32f32_tf32f32_f32_tn_n_tilesize64x64x64_stage3_kernel"),
            "sm80_xmma_gemm_f32f32_tf32f32_f32_tn_n_tilesize64x64x64_stage3_kernel");
  EXPECT_EQ(short_kernel_name("void cublasLt::splitKreduce_kernel<(int)32, (int)16, int, float>(float *)"),
            "splitKreduce_kernel");
  for (const char* text : {"", "(", "<", "a<", "[copy]", "void", "operator()"}) short_kernel_name(text);  // no throw
  EXPECT_EQ(short_kernel_name("[copy]"), "[copy]");
}

TEST(NameTellsTensorCores, ByItsWords) {
  for (const char* name :
       {"cutlass_80_tensorop_s1688gemm_64x64_16x6_tn_align4", "sm80_xmma_gemm_f32f32_tf32f32_f32_tn_n_tilesize64x64x64",
        "sm90_xmma_gemm_bf16f32_bf16f32_f32_tn_n_gmma", "ampere_h16816gemm_128x64_ldg8_stages_64x3_nn",
        "nvjet_tst_64x8_64x16_4x1_v_bz_TNT"})
    EXPECT_TRUE(name_tells_tensor_cores(name)) << name;
  for (const char* name : {"cutlass_80_simt_sgemm_128x64_8x5_tn_align1", "ampere_sgemm_128x64_tn",
                           "sm80_xmma_gemm_f32f32_f32f32_f32_nn_n_tilesize32x32x8_stage3_ffma_kernel", "gemv2T", ""})
    EXPECT_FALSE(name_tells_tensor_cores(name)) << name;
}

TEST(TensorCoresOf, SaysHowItIsKnown) {
  OpCall own{.implementation = "implicit_gemm_tf32"};
  EXPECT_EQ(tensor_cores_of(own, {"conv_tf32"}), TensorCores::no) << "the name of an own kernel proves nothing";
  own.tensor_cores = true;
  EXPECT_EQ(tensor_cores_of(own, {}), TensorCores::declared);
  const OpCall with_note{.implementation = "cudnn:eng13{k2=4}", .note = "tensor cores"};
  EXPECT_EQ(tensor_cores_of(with_note, {}), TensorCores::by_plan);
  EXPECT_EQ(tensor_cores_of({.implementation = "cudnn:eng1"}, {"tensorop"}), TensorCores::no);
  const OpCall product{.implementation = "cublaslt:algo6.tile20.stages8"};
  EXPECT_EQ(tensor_cores_of(product, {"relu_gradient", "cutlass_80_tensorop_s1688gemm"}), TensorCores::by_kernel_name);
  EXPECT_EQ(tensor_cores_of(product, {"ampere_sgemm_128x64_tn"}), TensorCores::no);
}

}  // namespace
}  // namespace gs::test
