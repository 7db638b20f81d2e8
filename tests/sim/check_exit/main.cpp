// main.cpp - ends like gridstride-check, to test the exit status: runs the case that its argument names, broken or,
// with "corrected" as second argument, corrected.
#include <cstring>
#include <vector>

#include "tests/sim/cases.h"
#include "tests/support/device_array.h"

int main(int count, char** arguments) {
  if (count < 2) return 3;
  gs::test::DeviceArray<float> memory(std::vector<float>(256, 0.0f));
  for (const gs::BrokenCase& c : gs::sim::cases_the_checker_catches())
    if (c.name == arguments[1]) {
      c.run(memory.data(), nullptr, count < 3);
      return 0;
    }
  return 3;
}
