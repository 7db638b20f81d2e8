// host_name.h - the name of this machine.
#pragma once
#include <unistd.h>

#include <string>

namespace gs {

/// Empty if the machine has none.
inline std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace gs
