// idx_fuzz.cpp - MNIST's files, plain or gzipped. The first byte says which of the four the rest is; the others are
// whole.
#include "tests/fuzz/data_files.h"

using namespace gs;
using namespace std::string_literals;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string images = "\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\2ABCDEFGH"s, labels = "\0\0\x08\x01\0\0\0\2\3\5"s;
  const char* const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                               "t10k-labels-idx1-ubyte"};
  const std::filesystem::path folder = fuzz::folder() / "idx";
  std::filesystem::create_directory(folder);
  for (std::size_t i = 0; i < std::size(names); ++i)
    fuzz::file("idx/"s + names[i],
               i == data[0] % 4 ? fuzz::text_of(data + 1, size - 1) : std::string_view(i % 2 == 0 ? images : labels));
  fuzz::load_and_pack(folder);
  return 0;
}
