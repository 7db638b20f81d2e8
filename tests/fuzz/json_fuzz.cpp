// json_fuzz.cpp - the JSON of every file: what is parsed is written and parsed again, the same.
#include "engine/core/json_text.h"

#include "engine/core/pretty_json.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::taken([&] {
    const nlohmann::ordered_json json = parse_ordered_json(fuzz::text_of(data, size), "a.json");
    for (const std::string& text : {json_text(json), json_text(json, 1), pretty(json)})
      fuzz::demand(parse_ordered_json(text, "again.json") == json, "written and parsed, it is another value");
  });
  return 0;
}
