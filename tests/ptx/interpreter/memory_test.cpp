// Loads and stores of each width and space, vectors, generic addresses, variables with initial values, and faults at
// run time.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

using Words = std::vector<std::uint32_t>;

/// The words that one thread stores after `body`.
Words one_thread(const std::string& body, const Words& in = {}, unsigned words = 1, const std::string& variables = "") {
  return run_ptx({.body = body, .variables = variables, .block = {1}, .words_per_thread = words, .in = in}).out;
}

TEST(PtxLoads, ExtendByTheTypesSign) {
  const Words in = {0x8081fffeu, 0x7f000080u};
  const auto loaded = [&](const std::string& instruction) {
    return one_thread(instruction + "\nst.global.b32 [%rd3], %r4;", in)[0];
  };
  EXPECT_EQ(loaded("ld.global.u8 %r4, [%rd0];"), 0xfeu);
  EXPECT_EQ(loaded("ld.global.s8 %r4, [%rd0];"), 0xfffffffeu);
  EXPECT_EQ(loaded("ld.global.b8 %r4, [%rd0+3];"), 0x80u);
  EXPECT_EQ(loaded("ld.global.s8 %r4, [%rd0+7];"), 0x7fu);
  EXPECT_EQ(loaded("ld.global.u16 %r4, [%rd0];"), 0xfffeu);
  EXPECT_EQ(loaded("ld.global.s16 %r4, [%rd0+2];"), 0xffff8081u);
  EXPECT_EQ(loaded("ld.global.nc.b32 %r4, [%rd0];"), in[0]);
  EXPECT_EQ(loaded("ld.volatile.global.s32 %r4, [%rd0+4];"), in[1]);
  EXPECT_EQ(loaded("add.s64 %rd5, %rd0, 8; ld.global.u32 %r4, [%rd5+-8];"), in[0]);
  EXPECT_EQ(loaded("add.s64 %rd5, %rd0, 8; ld.global.u32 %r4, [%rd5-4];"), in[1]);
  EXPECT_EQ(loaded("ld.global.s8 %rs4, [%rd0]; mov.b32 %r4, {%rs4, %rs4};"), 0xfffefffeu);
  EXPECT_EQ(loaded("ld.global.s32 %rd5, [%rd0]; shr.u64 %rd5, %rd5, 32; cvt.u32.u64 %r4, %rd5;"), ~0u);
  EXPECT_EQ(loaded("ld.global.u32 %rd5, [%rd0]; shr.u64 %rd5, %rd5, 32; cvt.u32.u64 %r4, %rd5;"), 0u);
  EXPECT_EQ(loaded("ld.global.f32 %f1, [%rd0+4]; mov.b32 %r4, %f1;"), in[1]);
  EXPECT_EQ(loaded("ld.global.u64 %rd5, [%rd0]; shr.u64 %rd5, %rd5, 32; cvt.u32.u64 %r4, %rd5;"), in[1]);
}

TEST(PtxStores, WriteTheirWidthOnly) {
  const auto stored = [](const std::string& body) { return one_thread("mov.b32 %r4, 0x12345678;\n" + body)[0]; };
  EXPECT_EQ(stored("st.global.u8 [%rd3+1], %r4;"), 0xdead78efu);
  EXPECT_EQ(stored("st.global.b16 [%rd3+2], %r4;"), 0x5678beefu);
  EXPECT_EQ(stored("cvt.u16.u32 %rs1, %r4; st.global.s8 [%rd3], %rs1;"), 0xdeadbe78u);
  EXPECT_EQ(stored("cvt.u64.u32 %rd5, %r4; st.volatile.global.u32 [%rd3], %rd5;"), 0x12345678u);
  EXPECT_EQ(stored("st.global.u8 [%rd3], 17;"), 0xdeadbe11u) << "a literal";
  EXPECT_EQ(stored("st.global.f32 [%rd3], 0f3F800000;"), 0x3f800000u);
}

TEST(PtxVectors, LoadAndStore) {
  const Words in = {1, 2, 3, 4};
  EXPECT_EQ(one_thread("ld.global.v4.u32 {%r4, %r5, %r6, %r7}, [%rd0];\nst.global.v4.u32 [%rd3], {%r7, %r5, %r6, %r4};",
                       in, 4),
            (Words{4, 2, 3, 1}));
  EXPECT_EQ(one_thread("ld.global.v2.f32 {%f1, %f2}, [%rd0+8];\nst.global.v2.f32 [%rd3], {%f2, %f1};", in, 2),
            (Words{4, 3}));
  EXPECT_EQ(one_thread("ld.global.v2.b64 {%rd5, %rd6}, [%rd0];\nst.global.v2.b64 [%rd3], {%rd6, %rd5};", in, 4),
            (Words{3, 4, 1, 2}));
  EXPECT_EQ(one_thread("ld.global.v4.u8 {%rs1, %rs2, %rs3, %rs4}, [%rd0];\nmov.b32 %r4, {%rs1, %rs4};"
                       "st.global.u32 [%rd3], %r4;",
                       {0x04030201}),
            (Words{0x00040001}));
  EXPECT_EQ(one_thread("ld.global.v2.u16 {_, %rs2}, [%rd0];\nst.global.v2.u16 [%rd3], {%rs2, 9};", {0x00070006}),
            (Words{0x00090007}));
  for (const auto& [statement, why] : std::vector<std::pair<std::string, std::string>>{
           {"ld.global.v4.u32 {%r4, %r5}, [%rd0]", "has the wrong number of registers"},
           {"ld.global.v2.u32 %r4, [%rd0]", "has the wrong number of registers"},
           {"ld.global.u32 {%r4, %r5}, [%rd0]", "has the wrong number of registers"},
           {"ld.global.v2.u32 {%r4, %rd5}, [%rd0]", "operand 2 has 64 bits, not 32"},
           {"ld.global.u64 %r4, [%rd0]", "has a register that is too narrow"},
           {"ld.global.u32 %r4, %rd0", "has no address operand"},
           {"ld.global.u32 %r4, [%rs1]", "has an address of 16 bits"},
           {"ld.global.u32 %r4", "has 1 operands, not 2"},
           {"ld.global.f16 %rs4, [%rd0]", "has no supported type"},
           {"ld.relaxed.gpu.global.u32 %r4, [%rd0]", "'.relaxed' is not supported"},
           {"st.param.u32 [in], %r4", "writes constant memory"}})
    EXPECT_TRUE(fails_in_ptx({.body = statement + ";"}, {"kernel probe", "'" + statement + "'", why}));
}

TEST(PtxAtomics, CountUpToALastValueThenFromZero) {
  const auto after = [](const std::string& value) {
    return one_thread(
        "st.global.u32 [%rd3], " + value + ";\natom.global.inc.u32 %r4, [%rd3], 2;\nst.global.u32 [%rd3+4], %r4;", {},
        2);
  };
  EXPECT_EQ(after("0"), (Words{1, 0}));
  EXPECT_EQ(after("1"), (Words{2, 1}));
  EXPECT_EQ(after("2"), (Words{0, 2}));
  EXPECT_EQ(after("7"), (Words{0, 7}));
}

TEST(PtxVariables, HaveInitialValues) {
  const std::string variables =
      ".global .align 4 .b8 bytes[8] = {1, 2, 3, 4, 255};\n"
      ".const .align 8 .u64 wide = 0x123456789;\n"
      ".visible .global .f32 third = 0f3EAAAAAB;\n"
      ".global .s32 rows[2][3] = {{1}, {4, -5}};\n"
      ".global .s16 flat[2][2] = {1, 2, 3};\n"
      ".global .u32 empty[2];\n";
  EXPECT_EQ(one_thread("mov.u64 %rd4, bytes;\nld.global.v2.u32 {%r4, %r5}, [%rd4];\n"
                       "ld.const.u64 %rd5, [wide];\ncvt.u32.u64 %r6, %rd5;\nld.global.u32 %r7, [third];\n"
                       "st.global.v4.u32 [%rd3], {%r4, %r5, %r6, %r7};\n"
                       "ld.global.u32 %r4, [rows];\nld.global.u32 %r5, [rows+4];\nld.global.u32 %r6, [rows+12];\n"
                       "ld.global.u32 %r7, [rows+16];\nst.global.v4.u32 [%rd3+16], {%r4, %r5, %r6, %r7};\n"
                       "ld.global.u32 %r4, [flat];\nld.global.u32 %r5, [flat+4];\nld.global.u32 %r6, [empty+4];\n"
                       "st.global.v4.u32 [%rd3+32], {%r4, %r5, %r6, 8};",
                       {}, 12, variables),
            (Words{0x04030201, 0xff, 0x23456789, 0x3eaaaaab, 1, 0, 4, std::uint32_t(-5), 0x00020001, 3, 0, 8}));
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {".global .u8 a[2] = {1, 2, 3};", "variable a has too many values"},
           {".global .u8 a[2][2] = {{1, 2, 3}};", "variable a has too many values"},
           {".global .u8 a[2] = {{1}};", "variable a has too many values"},
           {".global .u8 a[2] = {1, 2;", "expected '}', found ';'"},
           {".global .u64 a = b;", "'b' is not a number"},
           {".extern .global .u32 a;", "variable a of another module is not supported"},
           {".extern .shared .u32 a[3];", "shared variable a of another module is not supported"},
           {".global .texref a;", "'.texref' is not supported in a declaration"},
           {".global .align 512 .u32 a;", "variable a has too large an alignment"},
           {".global .b8 a[1000000000];", "variable a is too large"},
           {".global .b8 a[4294967296][4294967296];", "variable a is too large"},
           {".global .b8 a[1][1][1][1][1][1][1][1][1];", "variable a has too many extents"}})
    EXPECT_TRUE(fails_in_ptx({.variables = text}, {"made.ptx, line 4: ", why}));
}

TEST(PtxVariables, FitIntoTheirSpaceTogether) {
  const std::string large = ".b8 a[60000000];\n", more = ".b8 b[60000000];\n",
                    why = "variable b does not fit into its space";
  EXPECT_TRUE(fails_in_ptx({.variables = ".global " + large + ".global " + more}, {"made.ptx, line 5: ", why}));
  for (const std::string space : {".local ", ".shared ", ".param "})
    EXPECT_TRUE(fails_in_ptx({.body = space + large + space + more}, {why})) << space;
  EXPECT_TRUE(fails_in_ptx({.parameters = ", .param .b8 a[60000000], .param .b8 b[60000000]"}, {why}));
}

/// nvcc declares a device function's shared variable in the module if several kernels call the function.
TEST(PtxVariables, OfTheModuleThatAreSharedLieInTheKernel) {
  const std::string variables = ".shared .align 4 .b8 unused[400];\n.shared .align 8 .b8 sums[8];\n";
  EXPECT_EQ(one_thread("mov.u32 %r4, sums;\nst.shared.u32 [%r4+4], 7;\nld.shared.u32 %r5, [sums+4];\n"
                       "st.global.u32 [%rd3], %r5;",
                       {}, 1, variables),
            (Words{7}));
}

TEST(PtxParameters, HaveAlignmentAndElements) {
  PtxProgram p{.body =
                   "ld.param.v2.u32 {%r4, %r5}, [pair];\nld.param.s8 %r6, [small];\nmov.b64 %rd4, pair;\n"
                   "cvta.param.u64 %rd5, %rd4;\nld.u32 %r7, [%rd5+4];\n"
                   "st.global.v4.u32 [%rd3], {%r4, %r5, %r6, %r7};",
               .parameters = ", .param .s8 small, .param .align 8 .b8 pair[8]",
               .block = {1},
               .words_per_thread = 4};
  p.arguments.resize(16);
  p.arguments[0] = std::byte(0xfe);
  const Words pair = {11, 12};
  std::memcpy(&p.arguments[8], pair.data(), 8);
  EXPECT_EQ(run_ptx(p).out, (Words{11, 12, 0xfffffffe, 12}));
  p.body += "\nst.u32 [%rd5], %r4;";
  EXPECT_TRUE(fails_in_ptx(p, {"'st.u32 [%rd5], %r4' writes a parameter of the kernel"}));
  p.body = "ld.param.u32 %r4, [pair+8];";
  EXPECT_TRUE(fails_in_ptx(p, {"address 0x20 is outside of the parameters, which has 0x20 bytes"}));
  p.arguments.resize(15);
  EXPECT_TRUE(fails_in_ptx(p, {"kernel probe is launched with 31 bytes of parameters, not 32"}));
}

TEST(PtxSpaces, SharedMemoryIsTheBlocksAndDynamicOnesComesBehind) {
  const std::string body =
      ".shared .align 4 .b8 fixed[5];\n"
      "mov.u32 %r4, %tid.x;\nshl.b32 %r5, %r4, 2;\nmov.u32 %r6, dynamic;\nadd.u32 %r6, %r6, %r5;\n"
      "st.shared.u32 [%r6], %r0;\nst.shared.u8 [fixed], 5;\nbar.sync 0;\nsub.s32 %r7, 63, %r4;\nshl.b32 %r7, %r7, 2;\n"
      "mov.u64 %rd5, dynamic;\ncvt.u64.u32 %rd6, %r7;\nadd.s64 %rd6, %rd6, %rd5;\ncvta.shared.u64 %rd7, %rd6;\n"
      "ld.u32 %r8, [%rd7];\ncvta.to.shared.u64 %rd8, %rd7;\nld.shared.u32 %r9, [%rd8];\n"
      "ld.shared.u8 %r10, [fixed];\nmov.u32 %r11, %dynamic_smem_size;\nst.global.v4.u32 [%rd3], {%r8, %r9, %r10, "
      "%r11};";
  const auto out = run_ptx({.body = body,
                            .variables = ".extern .shared .align 16 .b8 dynamic[];",
                            .grid = {2},
                            .block = {64},
                            .dynamic_shared_bytes = 256,
                            .words_per_thread = 4})
                       .out;
  for (unsigned t = 0; t < 128; ++t) {
    const unsigned opposite = t / 64 * 64 + 63 - t % 64;
    EXPECT_EQ((Words{out[4 * t], out[4 * t + 1], out[4 * t + 2], out[4 * t + 3]}), (Words{opposite, opposite, 5, 256}));
  }
}
TEST(PtxSpaces, LocalMemoryIsTheThreads) {
  const auto out =
      run_ptx({.body = ".local .align 16 .b8 depot[24];\nmov.u64 %rd4, depot;\ncvta.local.u64 %rd5, %rd4;\n"
                       "st.local.u32 [%rd4+20], %r0;\nst.u32 [%rd5], 7;\nld.u32 %r4, [%rd5+20];\n"
                       "cvta.to.local.u64 %rd6, %rd5;\nld.local.u32 %r5, [%rd6];\nadd.u32 %r4, %r4, %r5;\n"
                       "cvta.to.global.u64 %rd7, %rd3;\nst.global.u32 [%rd7], %r4;",
               .block = {70}})
          .out;
  for (unsigned t = 0; t < 70; ++t) EXPECT_EQ(out[t], t + 7);
}

TEST(PtxFaults, OfAddresses) {
  const auto fault = [](const std::string& body, const std::string& thread, const std::string& what) {
    return fails_in_ptx({.body = ".loc 1 7 3\n" + body, .variables = ".file 1 \"room/made.cu\"", .in = Words(32)},
                        {"kernel probe, block (0,0,0), thread " + thread + ", room/made.cu:7: '", what});
  };
  EXPECT_TRUE(fault("ld.global.u32 %r4, [%rd2+4];", "(31,0,0)", "'ld.global.u32 %r4, [%rd2+4]' address 0x"));
  EXPECT_TRUE(fault("ld.global.u32 %r4, [%rd2+4];", "(31,0,0)", " is not in device memory"));
  EXPECT_TRUE(fault("st.global.u32 [%rd2+-4], %r4;", "(0,0,0)", " is not in device memory"));
  EXPECT_TRUE(fault("mov.u64 %rd4, 0; ld.global.u32 %r4, [%rd4];", "(0,0,0)", "address 0x0 is not in device memory"));
  EXPECT_TRUE(fault("mov.u64 %rd4, 0; ld.global.u32 %r4, [%rd4+-4];", "(0,0,0)",
                    "address 0xfffffffffffffffc is not in device memory"))
      << "the end of the access wraps to 0";
  EXPECT_TRUE(
      fault("mov.u64 %rd4, 0; ld.u32 %r4, [%rd4+-4];", "(0,0,0)",
            "address 0xfffffffffffffffc is neither in device memory nor in the thread's shared or local memory"));
  EXPECT_TRUE(fault("ld.global.u32 %r4, [%rd2+2];", "(0,0,0)", "is not a multiple of the 4 bytes of the access"));
  EXPECT_TRUE(fault("ld.global.v2.u32 {%r4, %r5}, [%rd2];", "(1,0,0)", "is not a multiple of the 8 bytes"));
  EXPECT_TRUE(fault(".shared .u32 s[4]; shl.b32 %r4, %r0, 2; st.shared.u32 [%r4], %r0;", "(4,0,0)",
                    "address 0x10 is outside of shared memory, which has 0x10 bytes"));
  EXPECT_TRUE(fault(".shared .u32 s[4]; mov.b32 %r4, -4; st.shared.u32 [%r4], %r0;", "(0,0,0)",
                    "address 0xfffffffc is outside of shared memory"));
  EXPECT_TRUE(fault(".local .b8 l[12]; mov.u64 %rd4, l; st.local.u32 [%rd4+12], %r0;", "(0,0,0)",
                    "address 0xc is outside of local memory, which has 0xc bytes"));
  EXPECT_TRUE(fault(".shared .u32 s[4]; setp.eq.u32 %p1, %r0, 3; @%p1 ld.shared.u32 %r4, [s+8];", "(3,0,0)",
                    "reads shared memory that was never written"));
  EXPECT_TRUE(fault(".shared .u32 s; st.shared.u16 [s], %rs1; ld.shared.u32 %r4, [s];", "(0,0,0)",
                    "reads shared memory that was never written"))
      << "half of it";
}
TEST(PtxFaults, SharedMemoryOfTheBlockBeforeIsNotThisBlocks) {
  EXPECT_TRUE(fails_in_ptx({.body = ".shared .u32 s;\nmov.u32 %r4, %ctaid.x;\nsetp.eq.u32 %p1, %r4, 0;\n"
                                    "@%p1 st.shared.u32 [s], %r4;\nld.shared.u32 %r5, [s];",
                            .grid = {3}},
                           {"reads shared memory that was never written"}));
}

}  // namespace
}  // namespace gs::test
