// checkpoint_fuzz.cpp - best.safetensors and last.safetensors of a small network: what is read is written and read
// again, the same.
#include "engine/train/checkpoint.h"

#include "models/models.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Net net = [] {
    ModelOptions options;
    options.base = 1;
    options.input = {4, 4, 1};
    return mlp(options);
  }();
  const auto path = fuzz::file("last.safetensors", fuzz::text_of(data, size));
  Checkpoint first;
  if (!fuzz::taken([&] { first = load_checkpoint(path, net); })) return 0;
  fuzz::demand(std::int64_t(first.parameters.size()) == net.parameter_count(), "parameters of another net");
  const auto again = fuzz::folder() / "again.safetensors", third = fuzz::folder() / "third.safetensors";
  save_checkpoint(again, net, first);
  save_checkpoint(third, net, load_checkpoint(again, net));
  fuzz::demand(test::text_of(again) == test::text_of(third), "written and read, it is another checkpoint");
  return 0;
}
