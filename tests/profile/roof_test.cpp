// roof_test.cpp - roofs on disk, and a measured one.
#include <gtest/gtest.h>

#include <fstream>

#include "engine/core/error.h"
#include "engine/profile/measure_roof.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(StoredRoof, ComesBackWithItsDateBesideOthers) {
  const ScratchFolder folder;
  const auto file = folder / "cache/roof.json";
  EXPECT_FALSE(stored_roof(file, "a"));
  store_roof(file, {.copy_bytes_per_s = 1, .fp32_flops_per_s = 2, .machine = "a", .date = "then"});
  store_roof(file, {.tf32_flops_per_s = 3,
                    .bf16_flops_per_s = 4,
                    .stream_launch_us = 5,
                    .graph_launch_us = 6,
                    .machine = "b",
                    .date = "now",
                    .measured_now = true});
  const auto a = stored_roof(file, "a"), b = stored_roof(file, "b");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->copy_bytes_per_s, 1);
  EXPECT_EQ(a->fp32_flops_per_s, 2);
  EXPECT_EQ(a->date, "then");
  EXPECT_EQ(b->tf32_flops_per_s, 3);
  EXPECT_EQ(b->bf16_flops_per_s, 4);
  EXPECT_EQ(b->stream_launch_us, 5);
  EXPECT_EQ(b->graph_launch_us, 6);
  EXPECT_FALSE(b->measured_now) << "it is read, not measured";
  EXPECT_FALSE(stored_roof(file, "c"));
}

TEST(StoredRoof, ADamagedFileHasNoneAndIsReplaced) {
  const ScratchFolder folder;
  const auto file = folder / "roof.json";
  for (const char* text : {"", "[1]", "{\"a\": 3}", "{\"a\": {\"date\": \"x\"}}", "not json"}) {
    write_text(file, text);
    EXPECT_FALSE(stored_roof(file, "a")) << text;
    store_roof(file, {.machine = "a", .date = "now"});
    EXPECT_TRUE(stored_roof(file, "a")) << text;
  }
}

TEST(CachedRoof, IsRefusedInOneLineWhereThereIsNone) {
  const ScratchFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const auto device = open_device({.name = "cpu", .threads = 1});
  EXPECT_TRUE(refuses([&] { cached_roof(*device); }, {"--roof cached", "a profile without --roof cached measures it"}));
  store_roof(*roof_file(), {.copy_bytes_per_s = 9, .machine = device->description(), .date = "then"});
  EXPECT_EQ(cached_roof(*device).copy_bytes_per_s, 9);
  unsetenv("XDG_CACHE_HOME");
}

TEST(MeasureRoof, OfTheCpuHasBytesAndArithmeticOnly) {
  const auto device = open_device({.name = "cpu", .threads = 2});
  const Roof roof = measure_roof(*device);
  EXPECT_GT(roof.copy_bytes_per_s, 1e8);
  EXPECT_GT(roof.fp32_flops_per_s, 1e8);
  EXPECT_EQ(roof.tf32_flops_per_s, 0);
  EXPECT_EQ(roof.graph_launch_us, 0);
  EXPECT_EQ(roof.machine, device->description());
  EXPECT_TRUE(roof.measured_now);
  EXPECT_EQ(roof.date.size(), 20u) << roof.date;
}

TEST(MeasureRoof, OfTheSimulatorIsNothing) {
  const auto device = open_device({.name = "sim"});
  const Roof roof = measure_roof(*device);
  EXPECT_EQ(roof.copy_bytes_per_s, 0);
  EXPECT_EQ(roof.fp32_flops_per_s, 0);
}

}  // namespace
}  // namespace gs::test
