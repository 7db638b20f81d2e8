// devices_command.cpp - `gridstride devices`: what can be trained on here, and why not.
#include <fmt/format.h>

#include "apps/arguments.h"
#include "apps/command.h"
#include "engine/device/backends.h"
#include "engine/device/device.h"

namespace gs::apps {

int devices_command(const Words& words) {
  Arguments arguments("devices", "Lists the devices: what is there, and why another is not.");
  if (!arguments.parse(words)) return 0;
  std::string why_not;
  if (cuda_device_present(&why_not))
    fmt::print("cuda  {}\n", open_device({.name = "cuda"})->description());
  else
    fmt::print("cuda  not here: {}\n", why_not);
  for (const char* name : {"cpu", "sim"}) fmt::print("{:<5} {}\n", name, open_device({.name = name})->description());
  fmt::print("--device auto takes {}\n", open_device({})->name());
  return 0;
}

}  // namespace gs::apps
