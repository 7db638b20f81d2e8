// measure_peaks.h - measures the peaks of a device and stores them.
#pragma once
#include <filesystem>
#include <optional>

#include "engine/device/device.h"
#include "engine/profile/peaks.h"

namespace gs {

/// Measures the peaks of the device, in under 2 s. All 0 on `sim`.
Peaks measure_peaks(Device&);

/// peaks.json beside the tuning cache, or nullopt if there is no cache folder.
std::optional<std::filesystem::path> peaks_file();

/// Stores the peaks under peaks.machine, beside those of other machines. A failed write is not an error.
void store_peaks(const std::filesystem::path&, const Peaks&);
/// Stored peaks of that machine; nullopt if there are none, other kernels measured them, or the file is damaged.
std::optional<Peaks> stored_peaks(const std::filesystem::path&, const std::string& machine);

/// Stored peaks of this device. Throws UsageError if there are none.
Peaks cached_peaks(const Device&);

}  // namespace gs
