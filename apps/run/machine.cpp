// machine.cpp - facts from Linux.
#include "apps/run/machine.h"

#include <sys/utsname.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "engine/core/machine_limits.h"
#include "engine/core/version.h"
#include "engine/device/cpu_info.h"
#include "engine/device/cpu_kernels.h"
#include "engine/library/library.h"

namespace gs::apps {
namespace {

/// "PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"" of os-release, and the kernel.
std::string system_name() {
  utsname names{};
  uname(&names);
  std::string distribution;
  std::ifstream in("/etc/os-release");
  for (std::string line; std::getline(in, line);)
    if (line.rfind("PRETTY_NAME=\"", 0) == 0) distribution = line.substr(13, line.size() - 14) + ", ";
  return fmt::format("{}{} {} {}", distribution, names.sysname, names.release, names.machine);
}

nlohmann::json openmp_environment() {
  nlohmann::json variables = nlohmann::json::object();
  for (const char* name :
       {"OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"})
    if (const char* value = std::getenv(name)) variables[name] = value;
  return variables;
}

}  // namespace

nlohmann::json machine_facts() {
  return {{"cpu", cpu_model()},
          {"cores", cpu_cores()},
          {"vector_width", cpu_vectors()},
          {"memory_bytes", memory_limit_bytes()},
          {"system", system_name()},
          {"openmp", openmp_environment()}};
}

nlohmann::json device_facts(Device& device) {
  nlohmann::json facts = {
      {"name", device.name()}, {"description", device.description()}, {"threads", device.threads()}};
  if (Library* library = device.library()) facts["library"] = library->name() + " " + library->version();
  return facts;
}

nlohmann::json version_facts() {
  const VersionInfo& v = version_info();
  nlohmann::json libraries = nlohmann::json::object();
  for (const auto& [name, version] : v.libraries) libraries[name] = version;
  return {{"gridstride", v.version}, {"commit", v.commit}, {"compiler", v.compiler}, {"libraries", libraries}};
}

std::string precision_words(const std::string& precision, std::string_view device) {
  if (precision == "fp32" || device != "cpu") return precision;
  return precision + " (emulated: rounds as tensor cores do, no faster)";
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
}

}  // namespace gs::apps
