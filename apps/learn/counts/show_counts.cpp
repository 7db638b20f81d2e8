// show_counts.cpp - machine code, counts, tables.
#include "apps/learn/counts/show_counts.h"

#include <cstdio>

#include "apps/learn/counts/count_table.h"
#include "apps/learn/counts/counted_run.h"
#include "apps/learn/machine_code/accesses.h"
#include "apps/learn/machine_code/machine_code.h"

namespace gs::learn {

void show_counts(const std::string& file, const std::vector<std::string>& program, const std::string& gpu) {
  const MachineCode code = machine_code_of(file);
  const textbook::Gpu* const named = textbook::gpu_named(gpu);
  const std::string tables =
      count_tables(counted_run(program, widths_of(code.kernels)).entries, named ? *named : textbook::usual_gpu());
  if (code.refused && !tables.empty()) std::printf("\n%s\n", code.why_not.c_str());
  std::fputs(tables.c_str(), stdout);
}

}  // namespace gs::learn
