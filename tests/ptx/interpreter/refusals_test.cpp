// Unsupported or incomplete text: refused by name, with kernel and source line.
#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

::testing::AssertionResult refused_in_kernel(const std::string& statement, const std::string& why) {
  return fails_in_ptx({.body = ".loc 1 23 5\n" + statement, .variables = ".file 1 \"room/made.cu\""},
                      {"kernel probe, room/made.cu:23: ", why});
}
::testing::AssertionResult refused(const std::string& text, const std::string& why) {
  return refuses<ptx::PtxError>([&] { ptx::parse(text, "made.ptx"); }, {why});
}

TEST(PtxRefusals, OfOpcodesModifiersAndTypes) {
  for (const auto& [statement, why] : std::vector<std::pair<std::string, std::string>>{
           {"popc.b32 %r4, %r5", "is not supported"},
           {"atom.global.add.u32 %r4, [%rd1], %r5", "is supported as atom.inc only"},
           {"add.sat.s32 %r4, %r5, %r6", "'.sat' is not supported"},
           {"add.cc.u32 %r4, %r5, %r6", "'.cc' is not supported"},
           {"add.f16 %rs4, %rs5, %rs6", "has no supported type"},
           {"add.bf16 %rs4, %rs5, %rs6", "is not supported for this type"},
           {"add.rz.f64 %rd4, %rd5, %rd6", "is supported rounded to the nearest only"},
           {"div.rz.f32 %f4, %f5, %f6", "is not supported with this rounding"},
           {"min.NaN.f32 %f4, %f5, %f6", "'.NaN' is not supported"},
           {"mul.wide.u64 %rd4, %rd5, %rd6", ""},
           {"mad.hi.s32 %r4, %r5, %r6, %r7", "is supported with .lo and .wide only"},
           {"bfi.b32 %r4, %r5, %r6, 1, 2", "is supported for .b64 only"},
           {"prmt.b32.f4e %r4, %r5, %r6, 1", "'.f4e' is not supported"},
           {"setp.lt.and.s32 %p1, %r5, %r6, %p2", "has 4 operands, not 3"},
           {"setp.lt.s32 %p1|%p2, %r5, %r6", "has 4 operands, not 3"},
           {"setp.ftz.lt.f32 %p1, %f5, %f6", "'.ftz' is not supported"},
           {"setp.xx.s32 %p1, %r5, %r6", "has no supported comparison"},
           {"selp.pred %p1, %p2, %p3, %p4", "is not supported for this type"},
           {"selp.b32 %r4, %r5, %r6, !%p1", "is not supported with a negated predicate"},
           {"and.pred %p1, %p2, !%p3", "is not supported with a negated predicate"},
           {"add.s32 %r4, %r5, !%r6", "negates an operand that is not a predicate"},
           {"cvta.to.global.u32 %r4, %r5", "is supported for 64-bit addresses only"}})
    EXPECT_TRUE(refused_in_kernel(statement + ";", "'" + statement + "' " + why));
}
TEST(PtxRefusals, OfOperands) {
  for (const auto& [statement, why] :
       std::vector<std::pair<std::string, std::string>>{{"add.s32 %r4, %r5", "has 2 operands, not 3"},
                                                        {"add.s32 %r4, %r5, %r6, %r7", "has 4 operands, not 3"},
                                                        {"add.s32 %r4, %rd5, %r6", "operand 2 has 64 bits, not 32"},
                                                        {"add.s64 %rd4, %rd5, %r6", "operand 3 has 32 bits, not 64"},
                                                        {"add.f32 %f4, %f5, %rd6", "operand 3 has 64 bits, not 32"},
                                                        {"add.s32 %p1, %r5, %r6", "operand 1 has 1 bits, not 32"},
                                                        {"mul.wide.s32 %r4, %r5, %r6", "operand 1 has 32 bits, not 64"},
                                                        {"shl.b64 %rd4, %rd5, %rd6", "operand 3 has 64 bits, not 32"},
                                                        {"not.b32 %r4, %rs5", "operand 2 has 16 bits, not 32"},
                                                        {"setp.eq.s32 %r4, %r5, %r6", "operand 1 has 32 bits, not 1"},
                                                        {"selp.b32 %r4, %r5, %r6, %r7", "operand 4 has 32 bits, not 1"},
                                                        {"add.s32 %r4, [%r5], %r6", "has an operand of the wrong kind"},
                                                        {"ret %r4", "has 1 operands, not 0"}})
    EXPECT_TRUE(refused_in_kernel(statement + ";", "'" + statement + "' " + why));
}
TEST(PtxRefusals, OfNamesDirectivesAndNumbers) {
  EXPECT_TRUE(refused_in_kernel("mov.u64 %rd4, %clock64;", "the register %clock64 is not supported"));
  EXPECT_TRUE(refused_in_kernel("mov.u32 %r4, %r40;", "the register %r40 is not supported"));
  EXPECT_TRUE(refused_in_kernel("mov.u32 %r4, nothing;", "undefined register or variable nothing"));
  EXPECT_TRUE(refused_in_kernel(".branchtargets A, B;", "the directive .branchtargets is not supported in a kernel"));
  EXPECT_TRUE(refused_in_kernel(".reg .b8 %q<2>;", "registers of type .b8 are not supported"));
  EXPECT_TRUE(refused_in_kernel(".reg .f16 %q<2>;", "registers of type .f16 are not supported"));
  EXPECT_TRUE(refused_in_kernel(".reg .b32 %r<2>;", "the register %r0 is declared twice"));
  EXPECT_TRUE(refused_in_kernel(".reg .b32 %q<-1>;", "more than 50000 registers in a kernel"));
  EXPECT_TRUE(refused_in_kernel(std::string(100, '{'), "braces are nested too deeply"));
  EXPECT_TRUE(refused_in_kernel("{ .reg .b64 %r4; }", "the register %r4 is declared twice"))
      << "it would hide the other";
  EXPECT_NO_THROW(run_ptx({.body = "{ .reg .b32 t; mov.b32 t, 1; } { .reg .b64 t; mov.b64 t, 1; }"}));
  EXPECT_TRUE(refused_in_kernel("mov.f32 %f4, 1.5;", "'1.5' is not a number"));
  EXPECT_TRUE(refused_in_kernel("mov.u32 %r4, 0xZZ;", "'0xZZ' is not a number"));
  EXPECT_TRUE(refused_in_kernel("mov.u64 %rd4, 99999999999999999999;", "is not a number"));
  EXPECT_TRUE(refused_in_kernel("add.s32 %r4 %r5;", "expected ',', found '%r5'"));
  EXPECT_TRUE(fails_in_ptx(
      {.body = "mov.u32 %r4, dynamic;\n.shared .u32 later;", .variables = ".extern .shared .b8 dynamic[];"},
      {"shared variable later comes behind the first use of dynamic shared memory"}));
}
TEST(PtxRefusals, OfModules) {
  EXPECT_TRUE(refused(".version 9.0\n.target sm_90, debug\n.alias a, b;",
                      "made.ptx, line 3: the directive .alias is not supported"));
  EXPECT_TRUE(refused(".visible .func f()\n{\nret;\n}",
                      "function f is not supported: only kernels and functions inlined into them are"));
  EXPECT_TRUE(refused(".entry k(.param .f16 a)\n{\n}", "'.f16' is not supported in a declaration"));
  EXPECT_TRUE(refused(".entry k(.reg .u32 a)\n{\n}", "expected '.param', found '.reg'"));
  EXPECT_TRUE(refused(".file 1 \"never ends", "unterminated string"));
  const std::string whole = PtxProgram{.body = "bra END;\nEND: ld.global.v2.u32 {%r4, %r5}, [%rd0+8];"}.text();
  for (const std::size_t end : {whole.size() - 3, whole.find("{%r4,"), whole.find("[%rd0+8"), whole.find("+8]"),
                                whole.find(".reg .b32"), whole.find(", .param .u64 out"), whole.find(";\nEND")})
    EXPECT_TRUE(refused(whole.substr(0, end), "")) << whole.substr(0, end);
  EXPECT_TRUE(refused(whole.substr(0, whole.size() - 3), "unexpected end of the text"));
  EXPECT_NO_THROW(ptx::parse(whole, "made.ptx"));
}
TEST(PtxText, MayHaveWhatMakesNoDifference) {
  const auto module = ptx::parse(
      "//\n/* a comment\n * of lines */ .version 9.0\n.target sm_90, texmode_independent\n.address_size 64\n"
      ".extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);\n.weak .global .u32 w;\n"
      ".visible .entry bare\n{\n.pragma \"nounroll\";\n;\nret;\n}\n"
      ".entry f()\n.maxntid 256, 1, 1\n.minnctapersm 2\n{\n.reg .b32 %r<2>;\n$L__BB0_1: // here\n"
      ".loc 1 5 7, function_name $L__info+3, inlined_at 1 9 3\nadd.s32\n\t%r1,\n\t%r1, 1;\n}\n"
      ".section .debug_str { .b8 1, 2\n$info: { .b8 3 } }\n\t.file\t1 \"a.cu\"\n",
      "made.ptx");
  ASSERT_EQ(module->kernels.size(), 2u);
  const ptx::Kernel& f = module->kernels.at("f");
  EXPECT_EQ(f.texts[0], "add.s32  %r1,  %r1, 1");
  EXPECT_EQ(module->place(f.lines[0]), "a.cu:5") << "where it was written, not where it was inlined";
  EXPECT_EQ(module->kernels.at("bare").code.size(), 2u);
}

}  // namespace
}  // namespace gs::test
