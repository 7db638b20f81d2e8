// libcuda.cpp - a stand-in for the driver's libcuda.so.1: the functions that engine/device/load_cuda.cpp and
// gpu_links.cpp call to list GPUs, answered from environment variables. LD_LIBRARY_PATH must name its folder.
//
//   GRIDSTRIDE_STAND_IN_GPUS    GPUs of the machine, as "Tesla T4:7.5,NVIDIA A100:8.0"; default: none
//   GRIDSTRIDE_STAND_IN_LINKS   paths between them, as "0-1:nvlink,0-2:pcie"; default: by way of the host
//   GRIDSTRIDE_STAND_IN_DRIVER  newest CUDA version that the driver supports; default: 13000
//   CUDA_VISIBLE_DEVICES        as for the driver, but numbers only: the list ends at the first invalid one
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int success = 0, invalid_value = 1, no_device = 100, invalid_device = 101;

struct Gpu {
  std::string name;
  int major = 0, minor = 0;
};

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

std::vector<Gpu> of_machine() {
  const char* const text = std::getenv("GRIDSTRIDE_STAND_IN_GPUS");
  std::vector<Gpu> gpus;
  for (const std::string& part : parts_of(text ? text : "")) {
    const auto colon = part.find(':'), dot = part.find('.', colon);
    gpus.push_back({part.substr(0, colon), std::atoi(part.c_str() + colon + 1), std::atoi(part.c_str() + dot + 1)});
  }
  return gpus;
}

std::vector<Gpu> visible() {
  const std::vector<Gpu> all = of_machine();
  const char* const text = std::getenv("CUDA_VISIBLE_DEVICES");
  if (!text) return all;
  std::vector<Gpu> some;
  for (const std::string& part : parts_of(text)) {
    char* end = nullptr;
    const long number = std::strtol(part.c_str(), &end, 10);
    if (end == part.c_str() || number < 0 || number >= long(all.size())) break;
    some.push_back(all[std::size_t(number)]);
  }
  return some;
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  return visible().empty() ? no_device : success;
}

int cuDriverGetVersion(int* version) {
  const char* const text = std::getenv("GRIDSTRIDE_STAND_IN_DRIVER");
  *version = text ? std::atoi(text) : 13000;
  return success;
}

int cuDeviceGetCount(int* count) {
  *count = int(visible().size());
  return success;
}

int cuDeviceGet(int* device, int number) {
  *device = number;
  return number >= 0 && number < int(visible().size()) ? success : invalid_device;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  const std::vector<Gpu> gpus = visible();
  if (device < 0 || device >= int(gpus.size())) return invalid_device;
  constexpr int major = 75, minor = 76;
  if (attribute != major && attribute != minor) return invalid_value;
  *value = attribute == major ? gpus[std::size_t(device)].major : gpus[std::size_t(device)].minor;
  return success;
}

int cuDeviceGetPCIBusId(char* place, int size, int device) {
  std::snprintf(place, std::size_t(size), "0000:%02x:00.0", unsigned(device));
  return device >= 0 && device < int(visible().size()) ? success : invalid_device;
}

int cuDeviceGetP2PAttribute(int* value, int attribute, int from, int to) {
  const char* const text = std::getenv("GRIDSTRIDE_STAND_IN_LINKS");
  const std::string pair = std::to_string(std::min(from, to)) + "-" + std::to_string(std::max(from, to)) + ":";
  constexpr int access = 2, atomics = 3;
  if (attribute != access && attribute != atomics) return invalid_value;
  *value = 0;
  for (const std::string& part : parts_of(text ? text : ""))
    if (part.rfind(pair, 0) == 0) *value = attribute == access || part == pair + "nvlink";
  return success;
}

int cuDeviceGetName(char* name, int size, int device) {
  const std::vector<Gpu> gpus = visible();
  if (device < 0 || device >= int(gpus.size())) return invalid_device;
  const std::string& own = gpus[std::size_t(device)].name;
  const auto length = std::min(own.size(), std::size_t(size) - 1);
  std::memcpy(name, own.data(), length);
  name[length] = '\0';
  return success;
}

}  // extern "C"
