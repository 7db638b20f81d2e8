// measure_roof.h - measures the roof of a device, and keeps it for later.
#pragma once
#include <filesystem>
#include <optional>

#include "engine/device/device.h"
#include "engine/profile/roof.h"

namespace gs {

/// Measures the rates of the device, which takes under 2 s. On `sim` there are none: all 0.
Roof measure_roof(Device&);

/// roof.json beside the tuning cache, or nothing where there is no cache folder.
std::optional<std::filesystem::path> roof_file();

/// Stores the roof under roof.machine, beside those of other machines. A file that cannot be written is no error.
void store_roof(const std::filesystem::path&, const Roof&);
/// The stored roof of that machine, if there is one; a damaged file has none.
std::optional<Roof> stored_roof(const std::filesystem::path&, const std::string& machine);

/// The stored roof of this device. Throws UsageError where there is none.
Roof cached_roof(const Device&);

}  // namespace gs
