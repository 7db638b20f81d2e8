// device_flag.h - --device, of every command that has it.
#pragma once
#include <memory>
#include <string>

#include "apps/cli/arguments.h"
#include "engine/device/device.h"

namespace gs::apps {

void add_device_flag(Arguments&, std::string& device);

/// open_device(). Where "auto" passes over a GPU that is here, one line on standard error says why, once a process.
std::unique_ptr<Device> open_device_and_say(const DeviceRequest&);

}  // namespace gs::apps
