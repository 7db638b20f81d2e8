// checker_test.cpp - the race checker finds every broken kernel, with both lines, and is silent on correct kernels.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "kernels/sim/simulator.h"
#include "tests/sim/cases.h"
#include "tests/sim/marks.h"
#include "tests/support/device_array.h"
#include "tests/support/scratch_folder.h"

namespace {

using gs::BrokenCase;
using gs::simulator::Report;
using gs::simulator::take_reports;
using gs::test::DeviceArray;
using gs::test::names_in;
using gs::test::ScratchFolder;

struct Expected {
  const char* kind;
  const char* memory;               ///< "shared" or "global"
  std::vector<const char*> places;  ///< the marks whose lines must be named
};

const std::map<std::string_view, Expected> expected = {
    {"missing_barrier", {"race", "shared", {"write", "read"}}},
    {"missing_second_barrier", {"race", "shared", {"write", "read"}}},
    {"missing_syncwarp", {"race", "shared", {"write", "read"}}},
    {"syncwarp_of_the_wrong_lanes", {"race", "shared", {"write", "read"}}},
    {"shuffle_is_no_barrier", {"race", "shared", {"write", "read"}}},
    {"copy_without_barrier", {"race", "shared", {"copy", "read"}}},
    {"two_writers", {"race", "global", {"write"}}},
    {"plain_add", {"race", "global", {"add"}}},
    {"plain_read_beside_atomic", {"race", "global", {"atomic", "read"}}},
    {"race_between_blocks", {"race", "global", {"write"}}},
    {"reader_in_another_block", {"race", "global", {"read", "write"}}},
    {"writer_has_read_too", {"race", "global", {"read", "write"}}},
    {"readers_in_another_warp", {"race", "global", {"read", "write"}}},
    {"last_block_without_fence", {"race", "global", {"write", "read"}}},
    {"unwritten_shared", {"uninitialised shared memory", "shared", {"read"}}},
    {"shared_of_the_block_before", {"uninitialised shared memory", "shared", {"read"}}},
    {"unwritten_dynamic_shared", {"uninitialised shared memory", "shared", {"read"}}},
    {"host_pointer", {"not device memory", "global", {"read"}}},
    {"past_the_end", {"not device memory", "global", {"write"}}},
    {"byte_in_a_word", {"race", "global", {"word", "byte"}}},
    {"same_byte", {"race", "global", {"write"}}},
    {"access_before_wait", {"access before dependency_wait", "global", {"write"}}},
    {"read_before_wait", {"access before dependency_wait", "global", {"read"}}},
    {"atomic_before_wait", {"access before dependency_wait", "global", {"atomic"}}},
    {"copy_before_wait", {"access before dependency_wait", "global", {"copy"}}},
};

class Checker : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(gs::simulator::checker_present());
    if (GetParam()) gs::simulator::options() = {.random_order = true, .seed = GetParam()};
  }
  void TearDown() override { gs::simulator::options() = {}; }

  /// Runs a case on fresh zeroed memory. Returns the reports.
  std::vector<Report> reports_of(const BrokenCase& c, bool broken) {
    DeviceArray<float> memory(std::vector<float>(256, 0.0f));
    std::vector<float> host(256, 0.0f);
    try {
      c.run(memory.data(), host.data(), broken);
    } catch (const gs::simulator::SimError& error) {
      thrown_ = error.what();
    }
    return take_reports();
  }
  std::string thrown_;
};

TEST_P(Checker, every_broken_kernel_is_reported_with_its_lines) {
  ASSERT_EQ(expected.size(), gs::sim::cases_the_checker_catches().size());
  for (const BrokenCase& c : gs::sim::cases_the_checker_catches()) {
    SCOPED_TRACE(std::string(c.name));
    const Expected& e = expected.at(c.name);
    const std::vector<Report> reports = reports_of(c, true);
    std::string all;
    bool complete = false;
    for (const Report& report : reports) {
      all += report.text + "\n";
      bool right = report.kind == e.kind && report.kernel == std::string(c.name) + "<true>";
      right =
          right && report.text.find(report.kind + " in kernel " + report.kernel + " (launched at broken_case.h:") == 0;
      right = right && report.text.find(std::string("), ") + e.memory + " memory: ") != std::string::npos;
      for (const char* place : e.places)
        right = right && gs::test::names(report.text, gs::test::marked(std::string(c.name) + ": " + place));
      complete = complete || right;
    }
    EXPECT_TRUE(complete) << "reported: " << all;
  }
}

TEST_P(Checker, accesses_outside_of_arrays_in_shared_memory_end_the_kernel) {
  for (const BrokenCase& c : gs::sim::cases_address_sanitizer_catches()) {
    const std::string name(c.name);
    if (name == "local_out_of_bounds") continue;  // a local array is not checked
    SCOPED_TRACE(name);
    thrown_.clear();
    const std::vector<Report> reports = reports_of(c, true);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].kind, name == "global_out_of_bounds" ? "not device memory" : "outside a shared array");
    EXPECT_TRUE(gs::test::names(reports[0].text, gs::test::marked(name + ": write"))) << reports[0].text;
    EXPECT_NE(thrown_, "");
    if (name == "shared_out_of_bounds")
      EXPECT_EQ(reports[0].explanation.what, "thread 63 writes tile[64], but tile has 64 elements (shared memory)");
    if (name == "dynamic_shared_out_of_bounds") EXPECT_EQ(reports[0].explanation.code, "M05");
  }
}

TEST_P(Checker, a_missing_barrier_is_one_finding_and_no_read_of_uninitialised_memory) {
  for (const BrokenCase& c : gs::sim::cases_the_checker_catches()) {
    if (c.name != "missing_barrier" && c.name != "missing_second_barrier" && c.name != "missing_syncwarp") continue;
    SCOPED_TRACE(std::string(c.name));
    const std::vector<Report> reports = reports_of(c, true);
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].kind, "race");
    EXPECT_EQ(reports[0].explanation.code, c.name == "missing_barrier"          ? "M11"
                                           : c.name == "missing_second_barrier" ? "M12"
                                                                                : "M17");
  }
}

TEST_P(Checker, the_corrected_kernels_are_silent) {
  for (const auto& cases : {gs::sim::cases_the_checker_catches(), gs::sim::cases_the_runtime_catches(),
                            gs::sim::cases_address_sanitizer_catches()})
    for (const BrokenCase& c : cases)
      for (const Report& report : reports_of(c, false)) ADD_FAILURE() << report.text;
  EXPECT_EQ(thrown_, "");
}

TEST_P(Checker, correct_kernels_are_silent) {
  DeviceArray<float> x(std::vector<float>(1024, 1.0f)), y(1024), z(std::vector<float>(1, 0.0f));
  DeviceArray<int> i(std::vector<int>(1024, 0));
  DeviceArray<unsigned> u(std::vector<unsigned>(128, 0));
  gs::sim::reverse_in_shared(y.data(), x.data(), 8, 128, false);
  gs::sim::reverse_in_shared(y.data(), x.data(), 8, 128, true);
  gs::sim::tiled_product(y.data(), x.data(), x.data(), 31);
  EXPECT_EQ(y[0], 31.0f);
  gs::sim::shuffle_all(i.data(), 1);
  gs::sim::vote_all(u.data());
  gs::sim::atomics_all(i.data(), z.data(), 4, 64);
  gs::sim::visit_once(i.data(), 1024);
  DeviceArray<unsigned> ticket(std::vector<unsigned>(1, 0));
  gs::sim::last_block_sums(z.data(), y.data(), ticket.data(), x.data(), 32);
  EXPECT_EQ(z[0], 1024.0f);
  for (const Report& report : take_reports()) ADD_FAILURE() << report.text;
}

TEST_P(Checker, memory_that_was_freed_is_no_device_memory_any_more) {
  DeviceArray<float> y(32);
  std::vector<float> x(32, 1.0f);
  EXPECT_THROW(gs::sim::reverse_in_shared(y.data(), x.data(), 1, 32, false), gs::simulator::SimError);
  gs::simulator::register_memory(x.data(), x.size() * sizeof(float));
  gs::sim::reverse_in_shared(y.data(), x.data(), 1, 32, false);
  gs::simulator::unregister_memory(x.data());
  EXPECT_THROW(gs::sim::reverse_in_shared(y.data(), x.data(), 1, 32, false), gs::simulator::SimError);
  EXPECT_EQ(take_reports().size(), 1u);  // one place, reported once
}

TEST_P(Checker, an_access_outside_device_memory_ends_the_kernel_and_says_how_far_outside) {
  for (const BrokenCase& c : gs::sim::cases_the_checker_catches()) {
    if (c.name != "past_the_end") continue;
    reports_of(c, true);
    const std::string place = gs::test::marked("past_the_end: write");
    EXPECT_TRUE(gs::test::names(thrown_, place)) << thrown_;
    EXPECT_NE(thrown_.find("4 bytes past the end of device memory of 1024 bytes"), std::string::npos) << thrown_;
  }
}

TEST_P(Checker, reports_are_handed_out_once) {
  const BrokenCase& c = gs::sim::cases_the_checker_catches().front();
  EXPECT_FALSE(reports_of(c, true).empty());
  EXPECT_TRUE(take_reports().empty());
  EXPECT_FALSE(reports_of(c, true).empty());  // and found again if it happens again
}

/// Returns the command's output, and its exit status in `status`.
std::string output_of(const std::string& command, int& status) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  for (char buffer[512]; pipe && std::fgets(buffer, sizeof buffer, pipe);) text += buffer;
  status = pipe ? WEXITSTATUS(pclose(pipe)) : -1;
  return text;
}

/// The output of the program tests/sim/check_exit.
std::string output_of_program(const std::string& arguments, int& status) {
  return output_of(GRIDSTRIDE_CHECK_EXIT_PROGRAM " " + arguments, status);
}

TEST(CheckProgram, prints_its_findings_at_the_end_and_exits_with_1_if_there_are_any) {
  int status = -1;
  const std::string findings = output_of_program("two_writers", status);
  EXPECT_EQ(status, 1);
  EXPECT_EQ(findings.find("gridstride-check: race in kernel two_writers<true>"), 0u) << findings;
  EXPECT_NE(findings.find("gridstride-check: 1 finding\n"), std::string::npos) << findings;
  EXPECT_EQ(output_of_program("two_writers corrected", status), "");
  EXPECT_EQ(status, 0);
}

/// The lines come from addr2line, which is given the program's path.
TEST(CheckProgram, names_source_lines_wherever_it_lies) {
  const ScratchFolder folder;
  const std::filesystem::path odd = folder / "it's; touch made";
  std::filesystem::create_directory(odd);
  std::filesystem::copy_file(GRIDSTRIDE_CHECK_EXIT_PROGRAM, odd / "program");
  int status = -1;
  const std::string findings = output_of("cd \"" + odd.string() + "\" && ./program two_writers", status);
  EXPECT_EQ(findings, output_of_program("two_writers", status));
  EXPECT_EQ(findings.find("program+0x"), std::string::npos) << "no source line: " << findings;
  EXPECT_EQ(names_in(odd), std::vector<std::string>{"program"});
}

INSTANTIATE_TEST_SUITE_P(, Checker, ::testing::Values(0, 1, 2, 3), [](const auto& info) {
  return info.param ? "seed_" + std::to_string(info.param) : std::string("ascending");
});

}  // namespace
