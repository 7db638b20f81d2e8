// cpu_kernels.cpp - asks the CPU for its vectors, and loads the kernels for them.
#include "engine/device/cpu_kernels.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/load_module.h"
#include "engine/core/printable.h"
#include "engine/device/cpu_info.h"
#include "kernels/vectors.h"

namespace gs {
namespace {

constexpr const char* vectors_variable = "GRIDSTRIDE_VECTORS";

/// With modules: the CPU has all instructions of the level that one is compiled for (-march=x86-64-v4, -v3, -v2).
/// A build for one machine asks only for its vectors, since that machine may lack another part of the level.
bool cpu_has(std::string_view vectors) {
#if defined(__x86_64__)
  __builtin_cpu_init();
#if !defined(GRIDSTRIDE_CPU_MODULE_V4)
  if (vectors == "AVX-512") return __builtin_cpu_supports("avx512f");
  if (vectors == "AVX2") return __builtin_cpu_supports("avx2");
  if (vectors == "SSE4.2") return __builtin_cpu_supports("sse4.2");
#elif defined(__clang__)  // clang 14 knows no levels, and only these parts of them
  if (vectors == "AVX-512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  if (vectors == "AVX2")
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
  if (vectors == "SSE4.2") return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
#else
  if (vectors == "AVX-512") return __builtin_cpu_supports("x86-64-v4");
  if (vectors == "AVX2") return __builtin_cpu_supports("x86-64-v3");
  if (vectors == "SSE4.2") return __builtin_cpu_supports("x86-64-v2");
#endif
#endif
  return true;
}

std::vector<CpuBuild> cpu_builds() {
  std::vector<CpuBuild> builds;
#ifdef GRIDSTRIDE_CPU_MODULE_V4
  builds.push_back({"AVX-512", cpu_has("AVX-512"), GRIDSTRIDE_CPU_MODULE_V4});
  builds.push_back({"AVX2", cpu_has("AVX2"), GRIDSTRIDE_CPU_MODULE_V3});
#endif
  builds.push_back({host::vectors(), cpu_has(host::vectors()), nullptr});
  return builds;
}

const CpuBuild& chosen_build() {
  static const std::vector<CpuBuild> builds = cpu_builds();
  static const CpuBuild& chosen = choose_cpu_build(builds, std::getenv(vectors_variable), cpu_model());
  return chosen;
}

/// "AVX2, SSE4.2" of those that `is_meant` accepts.
template <class Predicate>
std::string names_of(const std::vector<CpuBuild>& builds, Predicate is_meant) {
  std::vector<std::string_view> names;
  for (const CpuBuild& build : builds)
    if (is_meant(build)) names.push_back(build.vectors);
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

const CpuBuild& choose_cpu_build(const std::vector<CpuBuild>& builds, const char* wanted, std::string_view cpu) {
  const auto runs_here = [](const CpuBuild& build) { return build.runs_here; };
  if (!wanted || !*wanted) {
    const auto widest = std::ranges::find_if(builds, runs_here);
    return widest != builds.end() ? *widest : builds.back();
  }
  const auto named = std::ranges::find(builds, std::string_view(wanted), &CpuBuild::vectors);
  if (named == builds.end())
    throw UsageError(fmt::format("{}={}: must be one of this program's cpu kernels: {}", vectors_variable,
                                 printable(wanted), names_of(builds, [](const CpuBuild&) { return true; })));
  if (!named->runs_here)
    throw UsageError(fmt::format("{}={}: this CPU ({}) lacks it; of this program's cpu kernels it can run: {}",
                                 vectors_variable, wanted, cpu, names_of(builds, runs_here)));
  return *named;
}

std::string_view cpu_vectors() {
  return chosen_build().vectors;
}

const Registry& cpu_kernels() {
  const CpuBuild& build = chosen_build();
  if (!build.runs_here)
    throw Error(
        fmt::format("the cpu device of this program needs {}, which this CPU ({}) lacks; build it on this "
                    "machine, or with -DGRIDSTRIDE_CPU=any",
                    build.vectors, cpu_model()));
  if (!build.module) return host::registry();
  using Kernels = const Registry*();
  static void* const module = load_module(build.module, fmt::format("the cpu device for {}", build.vectors), "cpu");
  return *reinterpret_cast<Kernels*>(dlsym(module, "gridstride_cpu_kernels"))();
}

}  // namespace gs
