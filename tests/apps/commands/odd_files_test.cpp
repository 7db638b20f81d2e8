// odd_files_test.cpp - a pipe, a folder or an endless device where a file is read: one line, and no wait.
#include <sys/stat.h>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

TEST(OddFiles, APipeIsNotReadAsAFile) {
  const ScratchFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(folder / "run");
  ASSERT_EQ(mkfifo((folder / "run/run.json").c_str(), 0600), 0);
  const auto refused = [&](const std::vector<std::string>& words, int status, const std::string& message) {
    expect_one_line(run_program(folder.path(), words), status, {message});
  };
  refused({"train", "lenet", "--config", "pipe"}, 2, "--config pipe: not a regular file");
  refused({"train", "lenet", "--config=pipe"}, 2, "--config pipe: not a regular file");
  refused({"lab", "--lab", "pipe", "--plan"}, 2, "--lab pipe: not a regular file");
  refused({"sweep", "lenet", "--file", "pipe", "--plan"}, 2, "--file pipe: not a regular file");
  refused({"bench", "--compare", "pipe", "lenet:2:2"}, 2, "--compare pipe: not a regular file; 'gridstride bench");
  refused({"profile", "--diff", "pipe", "pipe"}, 2, "pipe: not a regular file; 'gridstride profile'");
  refused({"train", "--resume", "run"}, 2, "--resume: cannot read run/run.json: not a regular file");
  refused({"train", "lenet", "--impl-from", "run"}, 2, "--impl-from: cannot read run/run.json: not a regular file");
  for (const char* command : {"report", "eval", "profile"})
    refused({command, "./run"}, 1, "cannot read ./run/run.json: not a regular file");
}

TEST(OddFiles, AConfigIsASmallFile) {
  const ScratchFolder folder;
  write_text(folder / "large.toml", std::string(2 << 20, '#'));
  for (const auto& [file, message] : {std::pair{"/dev/zero", "--config /dev/zero: not a regular file"},
                                      {".", "--config .: not a regular file"},
                                      {"none.toml", "--config none.toml: there is no such file"},
                                      {"large.toml", "--config: large.toml"}})
    expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", file, "--summary"}), 2, {message});
}

}  // namespace
}  // namespace gs::test
