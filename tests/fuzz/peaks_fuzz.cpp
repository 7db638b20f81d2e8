// peaks_fuzz.cpp - the stored peaks of machines: damaged ones are measured again, never an error.
#include "engine/profile/measure_peaks.h"
#include "engine/profile/peaks.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("peaks.json", fuzz::text_of(data, size));
  (void)stored_peaks(path, "machine");
  Peaks peaks;
  peaks.machine = "new";
  peaks.date = "2026-01-31";
  store_peaks(path, peaks);
  fuzz::demand(stored_peaks(path, "new").has_value(), "new peaks are not in the written file");
  return 0;
}
