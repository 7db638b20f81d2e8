// machine_limits.h - the cores and the memory that this process may use. A container has fewer than its machine, and
// the kernel ends a process that takes more memory without a word.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace gs {

/// Limits of a process's control groups (cgroup v1 and v2): the least of its own group's and of those above it.
struct ContainerLimits {
  std::optional<std::uint64_t> memory_bytes;
  std::optional<double> cpus;  ///< CPU seconds a second
};

/// Those of this process, from /proc and /sys below `root`.
ContainerLimits container_limits(const std::filesystem::path& root = "/");

/// Logical cores that this process may use: those of its affinity, but no more than its container's CPU time, rounded
/// up.
int cpu_cores();

/// Threads where none are asked for: the first number of OMP_NUM_THREADS, at most 4 a core; cpu_cores() without it.
int default_threads();

/// The most that this process may hold: the machine's memory, its container's limit, or its own (ulimit -v).
std::uint64_t memory_limit_bytes();

/// Empty if this process may hold `bytes` more, else the end of a message: "9.2 GiB; this process may use 1.8 GiB more,
/// of 2.0 GiB".
std::string memory_shortage(double bytes);

}  // namespace gs
