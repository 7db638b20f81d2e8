// machine_limits.cpp - affinity, control groups, resource limits.
#include "engine/core/machine_limits.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace gs {
namespace {

namespace fs = std::filesystem;

template <class T>
void lower(std::optional<T>& limit, T other) {
  limit = std::min(limit.value_or(other), other);
}

/// The whole numbers at the beginning of a file: none if it is missing or begins with "max", no limit.
std::vector<std::int64_t> numbers_in(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::int64_t> numbers;
  for (std::int64_t number; in >> number;) numbers.push_back(number);
  return numbers;
}

/// Calls visit(folder) for this process's group in the hierarchy of `controller` (empty: cgroup v2), and for all groups
/// above it. In a container that sees its own groups only, the first folders may be missing.
template <class Visit>
void for_groups(const fs::path& root, const std::string& controller, Visit visit) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {  // 4:cpu,cpuacct:/user/7
    const auto first = line.find(':'), second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (("," + controllers + ",").find("," + controller + ",") == std::string::npos) continue;
    for (const std::string& mount : {controller.empty() ? "unified" : controllers, controller})
      for (fs::path group = fs::path(line.substr(second + 1)).relative_path();; group = group.parent_path()) {
        visit(root / "sys/fs/cgroup" / mount / group);
        if (group.empty()) break;
      }
  }
}

const ContainerLimits& own_container() {
  static const ContainerLimits limits = container_limits();
  return limits;
}

/// The memory that a limit covers, and how much of it this process holds.
struct Held {
  std::uint64_t limit, held;
  std::uint64_t left() const { return limit > held ? limit - held : 0; }
};

/// The limit that leaves the least.
Held tightest() {
  const std::uint64_t page = std::uint64_t(sysconf(_SC_PAGESIZE));
  std::vector<std::int64_t> pages = numbers_in("/proc/self/statm");  // all that it maps, and what of it is in memory
  pages.resize(2);
  const std::uint64_t mapped = std::uint64_t(pages[0]) * page, resident = std::uint64_t(pages[1]) * page;
  const std::uint64_t machine = std::uint64_t(sysconf(_SC_PHYS_PAGES)) * page;
  Held least{std::min(machine, own_container().memory_bytes.value_or(machine)), resident};
  rlimit own{};
  if (getrlimit(RLIMIT_AS, &own) == 0 && own.rlim_cur != RLIM_INFINITY)
    if (const Held other{own.rlim_cur, mapped}; other.left() < least.left()) least = other;
  return least;
}

}  // namespace

ContainerLimits container_limits(const fs::path& root) {
  ContainerLimits limits;
  const auto memory = [&](const char* file) {
    return [&limits, file](const fs::path& group) {
      if (const auto n = numbers_in(group / file); !n.empty() && n[0] > 0)
        lower(limits.memory_bytes, std::uint64_t(n[0]));
    };
  };
  const auto cpus = [&](std::int64_t quota, std::int64_t period) {
    if (quota > 0 && period > 0) lower(limits.cpus, double(quota) / double(period));
  };
  for_groups(root, "", memory("memory.max"));
  for_groups(root, "memory", memory("memory.limit_in_bytes"));
  for_groups(root, "", [&](const fs::path& group) {
    if (const auto n = numbers_in(group / "cpu.max"); n.size() == 2) cpus(n[0], n[1]);
  });
  for_groups(root, "cpu", [&](const fs::path& group) {
    const auto quota = numbers_in(group / "cpu.cfs_quota_us"), period = numbers_in(group / "cpu.cfs_period_us");
    if (!quota.empty() && !period.empty()) cpus(quota[0], period[0]);
  });
  return limits;
}

int cpu_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int allowed = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  const double share = std::ceil(own_container().cpus.value_or(allowed));
  return int(std::clamp(share, 1.0, double(allowed)));
}

int default_threads() {
  const int cores = cpu_cores();
  const char* variable = std::getenv("OMP_NUM_THREADS");  // 4, or 4,2 for nested regions
  const std::string_view text = variable ? variable : "";
  int threads = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  return error == std::errc() && threads >= 1 ? std::min(threads, 4 * cores) : cores;
}

std::uint64_t memory_limit_bytes() {
  return tightest().limit;
}

std::string memory_shortage(double bytes) {
  const Held memory = tightest();
  if (bytes <= double(memory.left())) return "";
  constexpr double gib = 1 << 30;
  return fmt::format("{:.1f} GiB; this process may use {:.1f} GiB more, of {:.1f} GiB", bytes / gib,
                     double(memory.left()) / gib, double(memory.limit) / gib);
}

}  // namespace gs
