// machine_limits_test.cpp - cores and memory by control groups of both versions, OMP_NUM_THREADS, ulimit -v.
#include "engine/core/machine_limits.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "engine/core/checked_size.h"
#include "engine/core/first_exception.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(ContainerLimits, OfVersion2AreTheLeastOfTheGroupAndThoseAbove) {
  const ScratchFolder root;
  write_text(root / "proc/self/cgroup", "0::/pod/job\n");
  EXPECT_FALSE(container_limits(root.path()).memory_bytes);
  EXPECT_FALSE(container_limits(root.path()).cpus);
  write_text(root / "sys/fs/cgroup/pod/job/memory.max", "max\n");
  write_text(root / "sys/fs/cgroup/pod/job/cpu.max", "max 100000\n");
  EXPECT_FALSE(container_limits(root.path()).memory_bytes);
  EXPECT_FALSE(container_limits(root.path()).cpus);
  write_text(root / "sys/fs/cgroup/pod/memory.max", "2147483648\n");
  write_text(root / "sys/fs/cgroup/memory.max", "4294967296\n");
  write_text(root / "sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
  EXPECT_EQ(container_limits(root.path()).memory_bytes, 2147483648u);
  EXPECT_EQ(container_limits(root.path()).cpus, 1.5);
  write_text(root / "sys/fs/cgroup/pod/job/memory.max", "1048576\n");
  EXPECT_EQ(container_limits(root.path()).memory_bytes, 1048576u);
}

TEST(ContainerLimits, OfVersion1HaveAFolderForEachController) {
  const ScratchFolder root;
  write_text(root / "proc/self/cgroup", "4:memory:/docker/7f\n2:cpu,cpuacct:/docker/7f\n0::/\n");
  // A container sees its own group as the root: /docker/7f is not there.
  write_text(root / "sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  write_text(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000\n");
  write_text(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(container_limits(root.path()).memory_bytes, 536870912u);
  EXPECT_EQ(container_limits(root.path()).cpus, 4.0);
  write_text(root / "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  EXPECT_FALSE(container_limits(root.path()).cpus) << "-1 means no limit";
}

TEST(ContainerLimits, DamagedFilesAreNoLimits) {
  const ScratchFolder root;
  write_text(root / "proc/self/cgroup", "nonsense\n0:\n0::\n");
  write_text(root / "sys/fs/cgroup/memory.max", "much\n");
  write_text(root / "sys/fs/cgroup/cpu.max", "100000 0\n");
  EXPECT_FALSE(container_limits(root.path()).memory_bytes);
  EXPECT_FALSE(container_limits(root.path()).cpus);
}

TEST(DefaultThreads, FollowTheVariableAndElseTheCores) {
  const char* before = getenv("OMP_NUM_THREADS");
  const std::string kept = before ? before : "";
  unsetenv("OMP_NUM_THREADS");
  EXPECT_EQ(default_threads(), cpu_cores());
  const auto with = [](const char* value) {
    setenv("OMP_NUM_THREADS", value, 1);
    return default_threads();
  };
  EXPECT_EQ(with("1"), 1);
  EXPECT_EQ(with("2,4"), 2);
  EXPECT_EQ(with("99999"), 4 * cpu_cores());
  for (const char* invalid : {"", "0", "-3", "many"}) EXPECT_EQ(with(invalid), cpu_cores()) << invalid;
  if (before)
    setenv("OMP_NUM_THREADS", kept.c_str(), 1);
  else
    unsetenv("OMP_NUM_THREADS");
}

TEST(MemoryShortage, IsWhatTheProcessMayNotHold) {
  EXPECT_EQ(memory_shortage(1), "");
  const std::string text = memory_shortage(1e18);
  EXPECT_NE(text.find("931322574.6 GiB; this process may use"), std::string::npos) << text;
  EXPECT_LT(double(memory_limit_bytes()), 1e18);
}

TEST(MemoryShortage, FollowsTheLimitOfTheProcess) {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{std::uint64_t(1) << 31, std::uint64_t(1) << 31};
    setrlimit(RLIMIT_AS, &limit);
    _exit(memory_limit_bytes() <= limit.rlim_cur && !memory_shortage(double(limit.rlim_cur)).empty() ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(CheckedProduct, IsRefusedWhereItDoesNotFit) {
  EXPECT_EQ(checked_product({3, 4, 5}), 60u);
  EXPECT_EQ(checked_product({}), 1u);
  EXPECT_EQ(checked_product({0, INT64_MAX}), 0u);
  EXPECT_EQ(checked_product({INT64_MAX, 2}), std::uint64_t(INT64_MAX) * 2);
  EXPECT_FALSE(checked_product({INT64_MAX, 3}));
  EXPECT_FALSE(checked_product({4, -1}));
  EXPECT_FALSE(checked_product(std::vector<std::uint32_t>{~0u, ~0u, 2}));
}

TEST(FirstException, LeavesAParallelLoop) {
  FirstException failure;
  std::atomic<int> done{0};
#pragma omp parallel for num_threads(4)
  for (int i = 0; i < 1000; ++i)
    failure.during([&] {
      if (i % 2 == 1) throw Error("odd");
      ++done;
    });
  EXPECT_TRUE(refuses<Error>([&] { failure.rethrow(); }, {"odd"}));
  EXPECT_LT(done, 1000);
  EXPECT_NO_THROW(FirstException().rethrow());
}

}  // namespace
}  // namespace gs::test
