// environment_test.cpp - odd environment variables and a damaged cache do not stop a run.
#include <stdlib.h>

#include <fstream>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// Trains with these variables set, or removed where there is no value.
Outcome train_with(const std::filesystem::path& folder,
                   const std::vector<std::pair<const char*, std::optional<std::string>>>& variables) {
  return run_program(folder, tiny_run({"--quiet", "--overwrite", "--out", "run"}), [&] {
    for (const auto& [name, value] : variables) value ? setenv(name, value->c_str(), 1) : unsetenv(name);
  });
}

TEST(Environment, WithoutACacheFolderARunOnlyWarns) {
  const ScratchFolder folder;
  const Outcome outcome = train_with(folder.path(), {{"HOME", std::nullopt}, {"XDG_CACHE_HOME", std::nullopt}});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.err.find("HOME"), std::string::npos) << outcome.err;
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
}

TEST(Environment, ARelativeCacheFolderIsNotMade) {
  const ScratchFolder folder;
  const Outcome outcome =
      train_with(folder.path(), {{"HOME", (folder / "home").string()}, {"XDG_CACHE_HOME", "cache"}});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"home", "run"}));
}

TEST(Environment, ACacheFolderThatIsAFileIsNoError) {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "not a folder";
  const Outcome outcome = train_with(folder.path(), {{"XDG_CACHE_HOME", (folder / "file").string()}});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST(Environment, ADamagedCacheIsMeasuredAgain) {
  const std::string nested(80000, '[');
  for (const std::string& text :
       {nested, nested + std::string(80000, ']'), R"({"a":)" + nested, std::string("\0\xff", 2)}) {
    const ScratchFolder folder;
    for (const char* name : {"tuning.json", "peaks.json"}) write_text(folder / "gridstride" / name, text);
    const Outcome trained = train_with(folder.path(), {{"XDG_CACHE_HOME", folder.path().string()}});
    EXPECT_EQ(trained.status, 0) << trained.err;
    EXPECT_EQ(trained.err, "");
    EXPECT_EQ(text_of(folder / "gridstride/tuning.json").substr(0, 2), "{\n") << "written anew";
    const Outcome devices =
        run_program(folder.path(), {"devices"}, [&] { setenv("XDG_CACHE_HOME", folder.path().c_str(), 1); });
    EXPECT_EQ(devices.status, 0) << devices.err;
    EXPECT_NE(devices.out.find("not measured yet"), std::string::npos) << devices.out;
  }
}

TEST(Environment, OddWidthsAreNoError) {
  const ScratchFolder folder;
  for (const char* columns : {"2147483647", "99999999999999999999", "-5", "80x", "0"}) {
    const Outcome outcome =
        run_program(folder.path(), {"train", "lenet", "--summary"}, [&] { setenv("COLUMNS", columns, 1); });
    EXPECT_EQ(outcome.status, 0) << columns << ": " << outcome.err;
    const Outcome help = run_program(folder.path(), {"train", "--help"}, [&] { setenv("COLUMNS", columns, 1); });
    EXPECT_EQ(help.status, 0) << columns << ": " << help.err;
  }
}

}  // namespace
}  // namespace gs::test
