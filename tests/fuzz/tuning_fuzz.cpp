// tuning_fuzz.cpp - the autotuner's cache: a damaged one is measured again, never an error.
#include "engine/program/tuning_cache.h"

#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("tuning.json", fuzz::text_of(data, size));
  TuningCache cache(path, "machine", false, "");
  (void)cache.find("conv1");
  cache.lock();
  cache.put("new", {"direct", "2026-01-31", {{"direct", 1, 2, 3, ""}, {"other", 0, 0, 0, "no"}}});
  cache.save_and_unlock();
  const TuningCache again(path, "machine", false, "");
  const TuningResult* stored = again.find("new");
  fuzz::demand(stored && stored->chosen == "direct" && stored->times.size() == 2 && stored->times[0].median_us == 2,
               "a new result is not in the written file");
  const TuningResult *before = cache.find("conv1"), *after = again.find("conv1");
  fuzz::demand(!before == !after, "an old result was lost, or came from nowhere");
  if (before) fuzz::demand(before->chosen == after->chosen, "an old result changed");
  return 0;
}
