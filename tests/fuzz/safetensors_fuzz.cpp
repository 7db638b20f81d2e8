// safetensors_fuzz.cpp - weights, checkpoints, packed images: what is read is written and read again, the same.
#include "engine/core/safetensors.h"

#include "tests/fuzz/fuzz.h"

using namespace gs;

namespace {

bool same(const SafeTensors& a, const SafeTensors& b) {
  const auto equal = [](const SafeTensor& x, const SafeTensor& y) {
    return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape && x.data == y.data;
  };
  return a.metadata == b.metadata && std::ranges::equal(a.tensors, b.tensors, equal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = fuzz::file("in.safetensors", fuzz::text_of(data, size));
  SafeTensors first;
  if (!fuzz::taken([&] { first = read_safetensors(path); })) return 0;
  const auto again = fuzz::folder() / "again.safetensors";
  write_safetensors(again, first);
  fuzz::demand(same(first, read_safetensors(again)), "written and read, it is another file");
  return 0;
}
