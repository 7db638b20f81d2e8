// device_flag.cpp - checks the word only; whether the device is present is known when it is opened.
#include "apps/cli/device_flag.h"

#include <atomic>

#include <fmt/format.h>

#include "apps/cli/terminal.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"

namespace gs::apps {

void add_device_flag(Arguments& a, std::string& device, const std::string& lists) {
  a.value("--device", device,
          fmt::format("auto: cuda if there is a GPU that fits, else cpu; cuda:1: the second GPU; {}sim: the kernels "
                      "simulated; ptx: nvcc's kernels interpreted (./gridstride starts the program that can)",
                      lists.empty() ? "" : "cuda:0,2 or cuda:all: " + lists + "; "),
          lists.empty() ? device_name_error : device_list_error,
          lists.empty() ? "auto|cuda|cuda:N|cpu|sim|ptx" : "auto|cuda|cuda:N|cuda:N,M|cuda:all|cpu|sim|ptx");
}

std::unique_ptr<Device> open_device_and_say(const DeviceRequest& request) {
  static std::atomic<bool> said = false;
  if (request.name == "auto")
    if (const std::string why = why_auto_takes_cpu(); !why.empty() && !said.exchange(true))
      print_message("--device auto takes cpu: " + why);
  return open_device(request);
}

}  // namespace gs::apps
