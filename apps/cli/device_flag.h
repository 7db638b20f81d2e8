// device_flag.h - the flag --device, shared by the commands.
#pragma once
#include <memory>
#include <string>

#include "apps/cli/arguments.h"
#include "engine/device/device.h"

namespace gs::apps {

/// `lists`: the use of a list of GPUs (parse_gpu_list()); empty: none may be given.
void add_device_flag(Arguments&, std::string& device, const std::string& lists = "");

/// The use of a list of GPUs by commands with many runs.
inline const std::string dealt_out = "the runs are dealt out to these GPUs";

/// Calls open_device(). If "auto" passes over a GPU that is present, one line on standard error says why, once a
/// process.
std::unique_ptr<Device> open_device_and_say(const DeviceRequest&);

}  // namespace gs::apps
