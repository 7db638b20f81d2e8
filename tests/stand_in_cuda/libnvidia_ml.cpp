// libnvidia_ml.cpp - a stand-in for NVML's libnvidia-ml.so.1: the functions that engine/device/gpu_links.cpp calls.
//
//   GRIDSTRIDE_STAND_IN_NVLINKS  active links of each GPU; default: NVML does not start
#include <cstdint>
#include <cstdlib>

extern "C" {

int nvmlInit_v2() {
  return std::getenv("GRIDSTRIDE_STAND_IN_NVLINKS") ? 0 : 1;
}
int nvmlShutdown() {
  return 0;
}
int nvmlDeviceGetHandleByPciBusId_v2(const char*, void** device) {
  *device = device;
  return 0;
}
int nvmlDeviceGetNvLinkState(void*, unsigned link, unsigned* active) {
  *active = link < unsigned(std::atoi(std::getenv("GRIDSTRIDE_STAND_IN_NVLINKS")));
  return 0;
}

}  // extern "C"
