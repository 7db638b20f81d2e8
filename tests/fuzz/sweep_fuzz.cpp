// sweep_fuzz.cpp - the file of a sweep, to the words of each run.
#include "apps/sweep/sweep_plan.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("sweep.json", fuzz::text_of(data, size));
  fuzz::taken([&] {
    SweepPlan plan;
    add_sweep_file(plan, path);
    std::size_t combinations = 1;
    for (const SweepAxis& axis : plan.grid) {
      fuzz::demand(!axis.values.empty(), "an axis without values");
      combinations *= axis.values.size();
      if (combinations > 64 && combinations <= 10'000) return;  // each is a parse of all flags
      if (combinations > 10'000) break;
    }
    for (const SweepRun& run : sweep_runs(plan, {"--quiet"}, "sweep")) {
      fuzz::demand(run.run.folder.parent_path() == "sweep/runs", "a run's folder lies elsewhere: " + run.name);
      fuzz::demand(run.run.epochs > 0, "a run without epochs");
    }
  });
  return 0;
}
