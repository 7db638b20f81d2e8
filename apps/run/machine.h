// machine.h - facts about the machine, for run.json and for benchmarks.
#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/device/device.h"

namespace gs::apps {

/// {"cpu", "cores" and "memory_bytes" that this process may use, "vector_width", "system", "openmp": the variables that
/// change how many threads there are and how they wait}
nlohmann::json machine_facts();

/// {"name", "description", "threads", "library"}
nlohmann::json device_facts(Device&);

/// {"gridstride", "commit", "compiler", "libraries": {...}}
nlohmann::json version_facts();

/// "tf32", with a note if it is emulated: a CPU computes in fp32 only.
std::string precision_words(const std::string& precision, std::string_view device);

/// The time now in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();

}  // namespace gs::apps
