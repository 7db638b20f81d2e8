// peaks_test.cpp - stored and measured peaks.
#include <gtest/gtest.h>

#include <fstream>

#include "engine/core/build_checksums.h"
#include "engine/core/error.h"
#include "engine/profile/measure_peaks.h"
#include "tests/support/errors.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

TEST(StoredPeaks, ComesBackWithItsDateBesideOthers) {
  const ScratchFolder folder;
  const auto file = folder / "cache/peaks.json";
  EXPECT_FALSE(stored_peaks(file, "a"));
  store_peaks(file, {.copy_bytes_per_s = 1, .fp32_flops_per_s = 2, .machine = "a", .date = "then"});
  store_peaks(file, {.tf32_flops_per_s = 3,
                     .bf16_flops_per_s = 4,
                     .stream_launch_us = 5,
                     .graph_launch_us = 6,
                     .machine = "b",
                     .date = "now",
                     .measured_now = true});
  const auto a = stored_peaks(file, "a"), b = stored_peaks(file, "b");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->copy_bytes_per_s, 1);
  EXPECT_EQ(a->fp32_flops_per_s, 2);
  EXPECT_EQ(a->date, "then");
  EXPECT_EQ(b->tf32_flops_per_s, 3);
  EXPECT_EQ(b->bf16_flops_per_s, 4);
  EXPECT_EQ(b->stream_launch_us, 5);
  EXPECT_EQ(b->graph_launch_us, 6);
  EXPECT_FALSE(b->measured_now) << "it is read, not measured";
  EXPECT_FALSE(stored_peaks(file, "c"));
}

TEST(StoredPeaks, OfOtherKernelsDoNotCount) {
  const ScratchFolder folder;
  const auto file = folder / "peaks.json";
  store_peaks(file, {.machine = "a", .date = "now"});
  ASSERT_TRUE(stored_peaks(file, "a"));
  std::string text = text_of(file);
  const std::size_t at = text.find(gridstride_kernels);
  ASSERT_NE(at, std::string::npos);
  text[at] = text[at] == '0' ? '1' : '0';
  write_text(file, text);
  EXPECT_FALSE(stored_peaks(file, "a"));
}

TEST(StoredPeaks, ADamagedFileHasNoneAndIsReplaced) {
  const ScratchFolder folder;
  const auto file = folder / "peaks.json";
  for (const char* text : {"", "[1]", "{\"a\": 3}", "{\"a\": {\"date\": \"x\"}}", "not json"}) {
    write_text(file, text);
    EXPECT_FALSE(stored_peaks(file, "a")) << text;
    store_peaks(file, {.machine = "a", .date = "now"});
    EXPECT_TRUE(stored_peaks(file, "a")) << text;
  }
}

TEST(CachedPeaks, IsRefusedInOneLineWhereThereIsNone) {
  const ScratchFolder folder;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const auto device = open_device({.name = "cpu", .threads = 1});
  EXPECT_TRUE(
      refuses([&] { cached_peaks(*device); }, {"--peaks cached", "a profile without --peaks cached measures them"}));
  store_peaks(*peaks_file(), {.copy_bytes_per_s = 9, .machine = device->description(), .date = "then"});
  EXPECT_EQ(cached_peaks(*device).copy_bytes_per_s, 9);
  unsetenv("XDG_CACHE_HOME");
}

TEST(MeasurePeaks, OfTheCpuHasBytesAndArithmeticOnly) {
  const auto device = open_device({.name = "cpu", .threads = 2});
  const Peaks peaks = measure_peaks(*device);
  EXPECT_GT(peaks.copy_bytes_per_s, 1e8);
  EXPECT_GT(peaks.fp32_flops_per_s, 1e8);
  EXPECT_EQ(peaks.tf32_flops_per_s, 0);
  EXPECT_EQ(peaks.graph_launch_us, 0);
  EXPECT_EQ(peaks.machine, device->description());
  EXPECT_TRUE(peaks.measured_now);
  EXPECT_EQ(peaks.date.size(), 20u) << peaks.date;
}

TEST(MeasurePeaks, OfTheSimulatorIsNothing) {
  const auto device = open_device({.name = "sim"});
  const Peaks peaks = measure_peaks(*device);
  EXPECT_EQ(peaks.copy_bytes_per_s, 0);
  EXPECT_EQ(peaks.fp32_flops_per_s, 0);
}

}  // namespace
}  // namespace gs::test
