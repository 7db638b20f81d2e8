// process_lock_test.cpp - one holder at a time; the dead hold nothing.
#include "engine/core/process_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(ProcessLock, HasOneHolderWhoIsNamed) {
  const ScratchFolder folder;
  const auto file = folder / "lock";
  {
    const auto lock = ProcessLock::take(file);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(ProcessLock::take(file)) << "not even this process may have it twice";
    EXPECT_NE(ProcessLock::holder(file).find("process " + std::to_string(getpid()) + " on host "), std::string::npos)
        << ProcessLock::holder(file);
  }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{}) << "the file goes with the lock";
  EXPECT_TRUE(ProcessLock::take(file));
}

TEST(ProcessLock, OfADeadProcessIsTakenOver) {
  const ScratchFolder folder;
  const auto file = folder / "lock";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = ProcessLock::take(file);
    (void)!write(ready[1], lock ? "1" : "0", 1);
    for (;;) pause();
  }
  char taken = 0;
  ASSERT_EQ(read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, '1');
  EXPECT_FALSE(ProcessLock::take(file));
  EXPECT_NE(ProcessLock::holder(file).find("process " + std::to_string(child)), std::string::npos);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]), close(ready[1]);
  EXPECT_TRUE(std::filesystem::exists(file)) << "a killed process leaves it";
  EXPECT_TRUE(ProcessLock::take(file));
}

TEST(ProcessLock, IsHeldUntilBothWhoShareItGaveItBack) {
  const ScratchFolder folder;
  const auto file = folder / "lock";
  int ready[2], end[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(end), 0);
  std::optional<ProcessLock> lock = ProcessLock::take(file);
  ASSERT_TRUE(lock);
  EXPECT_FALSE(ProcessLock::handed_over(file)) << "it was not";
  const std::string entry = lock->environment_entry();
  const pid_t child = fork();
  if (child == 0) {
    close(end[1]);
    setenv(entry.substr(0, entry.find('=')).c_str(), entry.substr(entry.find('=') + 1).c_str(), 1);
    const bool wrong = ProcessLock::handed_over(folder / "other").has_value();
    const auto mine = ProcessLock::handed_over(file);
    (void)!write(ready[1], mine && !wrong ? "1" : "0", 1);
    char byte;
    (void)!read(end[0], &byte, 1);  // until the other end is closed
    _exit(0);
  }
  char taken = 0;
  ASSERT_EQ(read(ready[0], &taken, 1), 1);
  EXPECT_EQ(taken, '1');
  // As if this process were killed: its file stays.
  close(lock->descriptor());
  EXPECT_FALSE(ProcessLock::take(file));
  close(end[1]);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(ProcessLock::take(file));
}

TEST(ProcessLock, KnowsThatThisFileSystemHasLocks) {
  const ScratchFolder folder;
  EXPECT_TRUE(ProcessLock::excludes(folder / "lock"));
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});
  const auto lock = ProcessLock::take(folder / "lock");
  EXPECT_TRUE(ProcessLock::excludes(folder / "lock")) << "also while another holds it";
}

}  // namespace
}  // namespace gs::test
