// openmp_waiting.cpp - one environment variable, and exec.
#include "apps/openmp_waiting.h"

#include <unistd.h>

#include <cstdlib>

namespace gs::apps {

void limit_openmp_spinning(char** arguments) {
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;  // also after the second start
  if (setenv("GOMP_SPINCOUNT", "1000", 1) == 0) execv("/proc/self/exe", arguments);
  // Without /proc the program goes on as it is: correct, but slower next to other processes.
}

}  // namespace gs::apps
