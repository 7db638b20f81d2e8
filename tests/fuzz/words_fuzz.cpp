// words_fuzz.cpp - a command line of `train`, a word a line: what is taken passes every check again as run.json has it.
#include "apps/run/train_options.h"
#include "engine/device/device_name.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Words words;
  std::string_view text = fuzz::text_of(data, size);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // Help is printed; the other two read files of their own (config_fuzz.cpp, run_fuzz.cpp).
    for (const char* other : {"-h", "--he", "--conf", "--resu"})
      if (line.starts_with(other)) return 0;
    words.emplace_back(line.substr(0, line.find('\0')));
  }
  TrainOptions options;
  std::map<std::string, std::string> given;
  if (!fuzz::taken([&] { parse_train_words(words, options, given); })) return 0;
  (void)parse_device_name(options.device);
  if (options.stop_after) fuzz::demand(seconds_of(*options.stop_after) > 0, "--stop-after of no time");
  fuzz::demand(options.epochs > 0 && options.batch > 0, "a run of nothing");
  return 0;
}
