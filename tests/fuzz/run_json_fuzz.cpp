// run_json_fuzz.cpp - run.json, and the arithmetic that reports do with its shapes.
#include <functional>
#include <numeric>

#include "engine/core/json_text.h"
#include "engine/train/run_record.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::taken([&] {
    const nlohmann::json json = parse_json(fuzz::text_of(data, size), "run.json");
    const RunRecord record = parse_run_record(JsonField(json, "run.json"));
    fuzz::demand(record.data.labels.size() == record.data.classes.size(), "labels and classes differ in number");
    fuzz::demand(record.data.classes.size() >= 2, "fewer than two classes");
    fuzz::demand(!record.network.layers.empty(), "a network without layers");
    fuzz::demand(record.network.input.size() > 0 && record.data.image.size() > 0, "an empty image");
    for (const RunRecord::Layer& layer : record.network.layers)
      for (const auto& [name, shape] : layer.parameters)
        fuzz::demand(std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>()) > 0,
                     "an empty parameter");
  });
  return 0;
}
