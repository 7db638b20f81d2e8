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

}  // namespace
}  // namespace gs::test
