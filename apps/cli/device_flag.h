// device_flag.h - the flag --device, shared by the commands.
#pragma once
#include <memory>
#include <string>

#include "apps/cli/arguments.h"
#include "engine/device/device.h"

namespace gs::apps {

/// `several`: a list of GPUs is valid, too (names_several_gpus()).
void add_device_flag(Arguments&, std::string& device, bool several = false);

/// Calls open_device(). If "auto" passes over a GPU that is present, one line on standard error says why, once a
/// process.
std::unique_ptr<Device> open_device_and_say(const DeviceRequest&);

}  // namespace gs::apps
