// The trace of one thread: a line for each instruction, with its place, its text and the values before and after.
#include <unistd.h>

#include <cstdlib>

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

// Registers keep the values of the previous block, so they are set first.
const PtxProgram traced{.body =
                            "mov.u32 %r4, 0;\nmov.f32 %f1, 0f00000000;\nsetp.eq.u32 %p1, 1, 2;\nmov.u16 %rs1, 0;\n"
                            "mov.b64 %rd4, 0;\n.loc 1 31 1\nadd.u32 %r4, %r0, 1;\nmov.f32 %f1, 0f3FC00000;\n"
                            "setp.gt.u32 %p1, %r0, 39;\n.loc 1 32 1\n@%p1 mov.u16 %rs1, 5;\n@!%p1 bra END;\n"
                            "mov.b64 %rd4, 255;\nEND:",
                        .variables = ".file 1 \"/a/folder/made.cu\"",
                        .grid = {2, 3, 1},
                        .block = {48}};

std::string traced_lines(const ptx::TracedThread& thread) {
  const ptx::TracedThread before = ptx::traced_thread();
  ptx::traced_thread() = thread;
  ::testing::internal::CaptureStdout();
  run_ptx(traced);
  ptx::traced_thread() = before;
  const std::string all = ::testing::internal::GetCapturedStdout();
  const std::size_t begin = all.find("made.cu:31");
  return begin == all.npos ? all : all.substr(begin);
}
std::string line(const std::string& place, const std::string& statement, const std::string& values) {
  std::string text = place + std::string(22 - place.size(), ' ') + " " + statement;
  const std::size_t off = statement.starts_with("(off) ") ? 6 : 0;
  text += std::string(52 - (statement.size() - off), ' ') + values;
  return text + "\n";
}

TEST(PtxTrace, PrintsEachInstructionOfTheThread) {
  EXPECT_EQ(traced_lines({"probe", 3, 45}),  // block (1,1,0), thread 1 * 48 + 45 of the row
            line("made.cu:31", "add.u32 %r4, %r0, 1", "  %r4=0->94  %r0=93") +
                line("made.cu:31", "mov.f32 %f1, 0f3FC00000", "  %f1=0->1.5") +
                line("made.cu:31", "setp.gt.u32 %p1, %r0, 39", "  %p1=false->true  %r0=93") +
                line("made.cu:32", "@%p1 mov.u16 %rs1, 5", "  %p1=true  %rs1=0->5") +
                line("made.cu:32", "(off) @!%p1 bra END", "  %p1=true") +
                line("made.cu:32", "mov.b64 %rd4, 255", "  %rd4=0x0->0xff") + line("made.cu:32", "ret", ""));
}
TEST(PtxTrace, PrintsALaneThatIsOff) {
  const std::string lines = traced_lines({"rob", 0, 7});
  EXPECT_NE(lines.find(line("made.cu:32", "(off) @%p1 mov.u16 %rs1, 5", "  %p1=false  %rs1=0")), lines.npos) << lines;
  EXPECT_EQ(lines.find("mov.b64 %rd4, 255"), lines.npos) << "it branched away";
}
TEST(PtxTrace, IsSilentForOtherKernelsBlocksAndThreads) {
  EXPECT_EQ(traced_lines({}), "");
  EXPECT_EQ(traced_lines({"other", 0, 0}), "");
  EXPECT_EQ(traced_lines({"probe", 6, 0}), "");
  EXPECT_EQ(traced_lines({"probe", 0, 48}), "");
}

/// Runs in a separate process, because the environment is read once.
[[noreturn]] void run_with_environment(const char* value) {
  setenv("GRIDSTRIDE_PTX_TRACE", value, 1);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  try {
    run_ptx(traced);
  } catch (const ptx::PtxError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::fflush(nullptr);
  _exit(0);
}
TEST(PtxTraceDeathTest, IsAskedForByTheEnvironment) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(run_with_environment("probe:3:45"), ::testing::ExitedWithCode(0), "made.cu:31 .*add.u32 .*%r4=0->94");
  for (const char* const wrong : {"probe", "probe:1", "probe:1:x", "probe:1:-1", ":1:2", "probe:1:2:"})
    EXPECT_EXIT(run_with_environment(wrong), ::testing::ExitedWithCode(0),
                "GRIDSTRIDE_PTX_TRACE: '" + std::string(wrong) + "' is not KERNEL:BLOCK:THREAD, as in gather:0:33");
}

}  // namespace
}  // namespace gs::test
