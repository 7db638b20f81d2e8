// devices_test.cpp - `gridstride devices`: its text and JSON, and the peaks that it stores.
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

TEST(Devices, JsonIsAllThatStandardOutputHolds) {
  const ScratchFolder folder;
  const auto own_cache = [&] { setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1); };
  const Outcome before = run_program(folder.path(), {"devices", "--json"}, own_cache);
  ASSERT_EQ(before.status, 0) << before.err;
  const nlohmann::json json = nlohmann::json::parse(before.out);
  ASSERT_EQ(json["devices"].size(), 3u);
  EXPECT_EQ(json["devices"][1]["name"], "cpu");
  EXPECT_TRUE(json["machine"].contains("vector_width"));
  EXPECT_FALSE(json["peaks"].contains("cpu")) << "none was measured with this cache folder";
  for (const auto& finding : json["findings"]) EXPECT_FALSE(finding["remedy"].get<std::string>().empty());

  const Outcome peaks = run_program(folder.path(), {"devices", "--peaks", "--json"}, own_cache);
  ASSERT_EQ(peaks.status, 0) << peaks.err;
  const auto measured = nlohmann::json::parse(peaks.out)["peaks"]["cpu"];
  EXPECT_GT(measured["copy_bytes_per_s"].get<double>(), 1e8);
  EXPECT_GT(measured["fp32_flops_per_s"].get<double>(), 1e8);

  const Outcome after = run_program(folder.path(), {"devices", "--json"}, own_cache);
  EXPECT_EQ(nlohmann::json::parse(after.out)["peaks"]["cpu"], measured) << "stored, with its date";
}

TEST(Devices, FormerFlagNamesTheNewOne) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), {"devices", "--roof"}), 2, {"--roof is now called --peaks"});
}

TEST(Devices, RefusesVectorsThatTheProgramDoesNotHave) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), {"devices"}, [] { setenv("GRIDSTRIDE_VECTORS", "MMX", 1); }), 2,
                  {"GRIDSTRIDE_VECTORS=MMX: must be one of this program's cpu kernels: "});
}

TEST(Devices, TableFitsTheTerminal) {
  const ScratchFolder folder;
  for (const char* width : {"60", "80", "120"}) {
    const Outcome outcome = run_program(folder.path(), {"devices"}, [&] {
      setenv("COLUMNS", width, 1);
      setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
    });
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), std::stoul(width)) << line;
    for (const char* part : {"devices\n", "machine\n", "peak: ", "--device auto takes "})
      EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace gs::test
