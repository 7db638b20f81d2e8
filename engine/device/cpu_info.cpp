// cpu_info.cpp - the CPU as Linux describes it.
#include "engine/device/cpu_info.h"

#include <fstream>

namespace gs {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "unknown CPU";
}

}  // namespace gs
