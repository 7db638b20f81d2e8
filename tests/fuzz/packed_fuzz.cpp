// packed_fuzz.cpp - images that `gridstride pack` or another program wrote.
#include "tests/fuzz/data_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gs::fuzz::load_and_pack(gs::fuzz::file("data.safetensors", gs::fuzz::text_of(data, size)));
  return 0;
}
