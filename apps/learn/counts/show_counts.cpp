// show_counts.cpp - machine code, counts, tables.
#include "apps/learn/counts/show_counts.h"

#include <cstdio>

#include "apps/learn/counts/count_table.h"
#include "apps/learn/counts/counted_run.h"
#include "apps/learn/machine_code/accesses.h"
#include "apps/learn/machine_code/machine_code.h"

namespace gs::learn {

int show_counts(const std::string& file, const std::vector<std::string>& program, const std::string& gpu) {
  const MachineCode code = machine_code_of(file);
  const textbook::Gpu* const named = textbook::gpu_named(gpu);
  const RecordedRun run = counted_run(program, widths_of(code.kernels));
  if (run.ended.signal != 0 || run.ended.status != 0) {
    for (const textbook::Entry& entry : run.entries)
      if (entry.kind == "finding" && entry["severity"] == "error") std::fputs(entry["text"].c_str(), stderr);
    std::fprintf(stderr, "gridstride: %s ends otherwise when it is counted, so there are no counts\n", file.c_str());
    return 1;
  }
  const std::string tables = count_tables(run.entries, named ? *named : textbook::usual_gpu());
  if (code.refused && !tables.empty()) std::printf("\n%s\n", code.why_not.c_str());
  std::fputs(tables.c_str(), stdout);
  return 0;
}

}  // namespace gs::learn
