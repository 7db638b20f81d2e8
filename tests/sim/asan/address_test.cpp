// address_test.cpp - errors that AddressSanitizer must find in simulated kernels: the program ends with its report,
// which names the kernel and the line. The corrected kernels pass.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "tests/sim/cases.h"
#include "tests/sim/marks.h"
#include "tests/support/device_array.h"

namespace {

using gs::BrokenCase;

constexpr std::size_t elements = 256;  // of the device memory that the cases get

const std::map<std::string_view, std::string> what_it_says = {
    {"global_out_of_bounds", "heap-buffer-overflow"},
    {"shared_out_of_bounds", "global-buffer-overflow"},
    {"dynamic_shared_out_of_bounds", "heap-buffer-overflow"},
    {"local_out_of_bounds", "stack-buffer-overflow"},
};

TEST(AddressSanitizer, finds_every_broken_kernel_with_its_line) {
  ASSERT_EQ(what_it_says.size(), gs::sim::cases_address_sanitizer_catches().size());
  for (const BrokenCase& c : gs::sim::cases_address_sanitizer_catches()) {
    SCOPED_TRACE(std::string(c.name));
    const std::string kernel(c.name);
    const std::string place = gs::test::marked(kernel + ": write");
    EXPECT_DEATH(
        {
          gs::test::DeviceArray<float> memory(elements);
          c.run(memory.data(), nullptr, true);
        },
        "AddressSanitizer: " + what_it_says.at(c.name) + "(.|\n)*WRITE of size 4(.|\n)*" + kernel + "<true>.*" + place);
  }
}

TEST(AddressSanitizer, accepts_the_corrected_kernels) {
  gs::test::DeviceArray<float> memory(elements);
  for (const auto& cases : {gs::sim::cases_address_sanitizer_catches(), gs::sim::cases_the_runtime_catches()})
    for (const BrokenCase& c : cases) c.run(memory.data(), nullptr, false);
  std::vector<float> x(70 * 70, 1.0f), y(x.size());
  gs::sim::tiled_product(y.data(), x.data(), x.data(), 70);
  EXPECT_EQ(y[0], 70.0f);
}

TEST(AddressSanitizer, stays_quiet_after_a_kernel_was_abandoned_in_the_middle) {
  gs::test::DeviceArray<float> memory(elements);
  for (const BrokenCase& c : gs::sim::cases_the_runtime_catches())
    for (bool broken : {true, false, true}) {
      if (broken)
        EXPECT_THROW(c.run(memory.data(), nullptr, true), gs::simulator::SimError);
      else
        c.run(memory.data(), nullptr, false);
    }
  EXPECT_THROW(gs::sim::throw_from_kernel(), gs::Error);
  for (const BrokenCase& c : gs::sim::cases_address_sanitizer_catches()) c.run(memory.data(), nullptr, false);
}

}  // namespace
