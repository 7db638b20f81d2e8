// config_fuzz.cpp - the TOML file of --config: flags of every kind.
#include "apps/cli/arguments.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("run.toml", fuzz::text_of(data, size));
  std::string model, name = "x";
  int batch = 8;
  std::uint64_t seed = 1;
  double rate = 1;
  bool quiet = false;
  std::optional<int> base;
  std::optional<double> dropout;
  std::vector<std::string> patterns;
  Arguments a("train MODEL [flags]", "");
  a.positional("model", model);
  a.value("--name", name, "", some_text(), "TEXT");
  a.choice("--rule", name, "", {"one", "two"});
  a.value("--batch", batch, "", whole_number(1, 4096), "N");
  a.value("--seed", seed, "", seed_number(), "N");
  a.value("--rate", rate, "", positive_number(), "X");
  a.value("--base", base, "", whole_number(1), "N");
  a.value("--dropout", dropout, "", number_in(0, 1), "X");
  a.value("--patterns", patterns, "", some_text(), "A,B").separated_by_commas();
  a.flag("--quiet", quiet, "");
  a.allow_config();
  if (!fuzz::taken([&] { a.parse({"lenet", "--config", path.string()}); })) return 0;
  fuzz::demand(batch >= 1 && batch <= 4096 && rate > 0, "a value was taken without its check");
  fuzz::demand(!base || *base >= 1, "--base was taken without its check");
  fuzz::demand(!dropout || (*dropout >= 0 && *dropout < 1), "--dropout was taken without its check");
  (void)a.given_values();
  return 0;
}
