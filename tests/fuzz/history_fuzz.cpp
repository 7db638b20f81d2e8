// history_fuzz.cpp - history.csv: what is read is written and read again, the same.
#include "engine/train/history_csv.h"

#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<EpochResult> history;
  if (!fuzz::taken([&] { history = parse_history_csv(fuzz::text_of(data, size)); })) return 0;
  for (std::size_t i = 0; i < history.size(); ++i)
    fuzz::demand(history[i].epoch == int(i) + 1, "an epoch's number is not its place");
  // The text, since NaN differs from itself. The first time a number is shortened, and the learning rate to 32 bits.
  const std::string text = history_csv(history);
  fuzz::demand(history_csv(parse_history_csv(text)) == text, "written and read, it is another history");
  return 0;
}
