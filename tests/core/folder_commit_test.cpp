// folder_commit_test.cpp - several files that change as one, and what a process that died in between leaves.
#include "engine/core/folder_commit.h"

#include <gtest/gtest.h>

#include "engine/core/error.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;

class FolderCommitTest : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder_ / "a", "old a");
    write_text(folder_ / "b", "old b");
  }
  std::string committed(const std::string& name) {
    const auto file = committed_file(folder_.path(), name);
    return file.empty() ? "" : text_of(file);
  }
  ScratchFolder folder_;
};

TEST_F(FolderCommitTest, NothingChangesBeforeTheCommit) {
  {
    FolderCommit change(folder_.path());
    change.replace("a", "new a");
    change.remove("b");
    EXPECT_EQ(committed("a"), "old a");
    EXPECT_EQ(committed("b"), "old b");
  }
  EXPECT_EQ(names_in(folder_.path()), (Names{"a", "b"})) << "without a commit nothing stays";
}

TEST_F(FolderCommitTest, ACommitChangesAll) {
  FolderCommit change(folder_.path());
  change.replace("a", "new a");
  change.replace("c", "new c");
  change.remove("b");
  change.remove("was never there");
  change.commit();
  EXPECT_EQ(names_in(folder_.path()), (Names{"a", "c"}));
  EXPECT_EQ(committed("a"), "new a");
  EXPECT_EQ(committed("b"), "");
  EXPECT_EQ(committed("c"), "new c");
}

TEST_F(FolderCommitTest, KeepsAFileUnderAnotherName) {
  for (const char* text : {"new a", "newer a"}) {
    FolderCommit change(folder_.path());
    change.keep("a", "before a");
    change.keep("was never there", "nor this");
    change.replace("a", text);
    EXPECT_NE(committed("before a"), committed("a")) << "nothing changes before the commit";
    change.commit();
  }
  EXPECT_EQ(names_in(folder_.path()), (Names{"a", "b", "before a"}));
  EXPECT_EQ(committed("a"), "newer a");
  EXPECT_EQ(committed("before a"), "new a");
}

/// A process died after its commit: it had renamed one file, not the other, and had removed nothing.
TEST_F(FolderCommitTest, ReadersSeeACommitThatWasNotCompleted) {
  write_text(folder_ / "a", "new a");
  write_text(folder_ / "c.next", "new c");
  write_text(folder_ / "commit", R"({"removed": ["b"], "replaced": ["a", "c"]})");
  EXPECT_EQ(committed("a"), "new a");
  EXPECT_EQ(committed("b"), "");
  EXPECT_EQ(committed("c"), "new c");
  EXPECT_EQ(names_in(folder_.path()), (Names{"a", "b", "c.next", "commit"})) << "reading changes nothing";
  complete_commit(folder_.path());
  EXPECT_EQ(names_in(folder_.path()), (Names{"a", "c"}));
  EXPECT_EQ(text_of(folder_ / "c"), "new c");
}

TEST_F(FolderCommitTest, TheNextChangeCompletesTheLast) {
  write_text(folder_ / "a.next", "new a");
  write_text(folder_ / "commit", R"({"removed": ["b"], "replaced": ["a"]})");
  FolderCommit change(folder_.path());
  EXPECT_EQ(names_in(folder_.path()), Names{"a"});
  EXPECT_EQ(text_of(folder_ / "a"), "new a");
}

TEST_F(FolderCommitTest, AFileThatWasNotCommittedIsNotRead) {
  write_text(folder_ / "a.next", "half of");
  EXPECT_EQ(committed("a"), "old a");
}

/// As after an error of the disk: it is not known whether a change was committed.
TEST_F(FolderCommitTest, ACommitThatCannotBeLookedForIsNotNone) {
  std::filesystem::create_symlink("commit", folder_ / "commit");
  EXPECT_TRUE(refuses<Error>([&] { committed("a"); }, {"cannot read", "commit"}));
  EXPECT_TRUE(refuses<Error>([&] { FolderCommit(folder_.path()); }, {"cannot read", "commit"}));
}

TEST_F(FolderCommitTest, NamesOfOtherFoldersAreRefused) {
  const ScratchFolder other;
  write_text(other / "file", "precious");
  for (const std::string& name : {(other / "file").string(), std::string("../file"), std::string("..")}) {
    write_text(folder_ / "commit", R"({"replaced": [], "removed": [")" + name + "\"]}");
    EXPECT_TRUE(refuses<Error>([&] { complete_commit(folder_.path()); }, {"commit", "'removed'"})) << name;
  }
  EXPECT_EQ(text_of(other / "file"), "precious");
}

}  // namespace
}  // namespace gs::test
