// bench_fuzz.cpp - a record of `bench --json`: compared with itself, nothing is slower and every case is found.
#include "apps/bench/bench_compare.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("bench.json", fuzz::text_of(data, size));
  nlohmann::ordered_json record;
  if (!fuzz::taken([&] { record = apps::read_bench(path); })) return 0;
  for (const char* key : {"device", "precision", "threads"}) (void)apps::common_value(record, key);
  const apps::BenchComparison same = apps::compare_benches(record, record, 5);
  fuzz::demand(same.compared == int(record["cases"].size()) && same.notes.empty(), "a case was not found");
  return 0;
}
