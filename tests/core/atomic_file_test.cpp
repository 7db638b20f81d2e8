// atomic_file_test.cpp - a file under its final name is complete, even if writing fails.
#include "engine/core/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(WriteFile, ReplacesWhatWasThere) {
  const ScratchFolder folder;
  write_file(folder / "a", "first and long");
  write_file(folder / "a", "second");
  EXPECT_EQ(text_of(folder / "a"), "second");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(WriteFile, PiecesAreJoined) {
  const ScratchFolder folder;
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); };
  const std::span<const std::byte> pieces[] = {bytes("ab"), bytes(""), bytes("cde")};
  write_file(folder / "a", pieces);
  EXPECT_EQ(text_of(folder / "a"), "abcde");
}

TEST(WriteFile, RemovesWhatAKilledWriterLeft) {
  const ScratchFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    // It is killed by the size of the file, in the middle of writing it.
    const rlimit small{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &small);
    write_file(folder / "a", std::string(5000, 'x'));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(names_in(folder.path()).size(), 1u) << "it left a part";
  write_text(folder / "a.partial", "of the user");
  write_file(folder / "b", "another file");
  EXPECT_EQ(names_in(folder.path()).size(), 3u);
  write_file(folder / "a", "whole");
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"a", "a.partial", "b"}));
}

TEST(WriteFile, AMissingFolderIsNamed) {
  const ScratchFolder folder;
  EXPECT_TRUE(refuses<Error>([&] { write_file(folder / "no/such", "x"); }, {"no/such", "No such file or directory"}));
}

/// Limits the size of files that this process writes to `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit small{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    handler_ = signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_{};
  void (*handler_)(int) = nullptr;
};

TEST(WriteFile, AFullDiskLeavesTheOldFile) {
  const ScratchFolder folder;
  write_file(folder / "a", "old");
  {
    const FileSizeLimit limit(1000);
    EXPECT_TRUE(refuses<Error>([&] { write_file(folder / "a", std::string(5000, 'x')); }, {"cannot write", "/a"}));
  }
  EXPECT_EQ(text_of(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"}) << "the temporary is gone";
}

}  // namespace
}  // namespace gs::test
