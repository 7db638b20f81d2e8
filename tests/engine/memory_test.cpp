// memory_test.cpp - a device's counts of held and free memory.
#include <gtest/gtest.h>

#include "tests/support/engines.h"

namespace gs::test {
namespace {

TEST(DeviceMemory, WhatIsHeldIsCounted) {
  for (const char* name : devices) {
    SCOPED_TRACE(name);
    const std::unique_ptr<Device> device = open({name, "default"});
    if (!device) GTEST_SKIP() << "no GPU: open_device(cuda)";
    const std::size_t before = device->held_bytes();  // a library may hold some
    {
      Memory a(*device, 1000), b(*device, 24);
      EXPECT_EQ(device->held_bytes(), before + 1024);
      a = std::move(b);
      const Memory c = std::move(a);
      EXPECT_EQ(device->held_bytes(), before + 1024) << "moved, not copied; the overwritten memory is freed with b";
    }
    EXPECT_EQ(device->held_bytes(), before);
  }
}

TEST(DeviceMemory, IsLimitedOnAGpuOnly) {
  for (const char* name : devices) {
    SCOPED_TRACE(name);
    const std::unique_ptr<Device> device = open({name, "default"});
    if (!device) GTEST_SKIP() << "no GPU: open_device(cuda)";
    const auto free = device->free_bytes();
    EXPECT_EQ(free.has_value(), device->name() == "cuda");
    if (!free) continue;
    constexpr std::size_t much = std::size_t(256) << 20;
    const Memory memory(*device, much);
    EXPECT_LE(*device->free_bytes() + much / 2, *free);
  }
}

}  // namespace
}  // namespace gs::test
