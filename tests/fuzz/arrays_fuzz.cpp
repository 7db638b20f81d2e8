// arrays_fuzz.cpp - NumPy's arrays. The first byte says which of four .npy files in a folder the rest is, the others
// being whole; or that the rest is an .npz.
#include "tests/fuzz/data_files.h"

using namespace gs;
using namespace std::string_literals;

namespace {

std::string array(const std::string& type, const std::string& shape, const std::string& values) {
  const std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
  return "\x93NUMPY\1\0"s + char(header.size()) + '\0' + header + values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string images = array("|u1", "2, 2, 2", "ABCDEFGH"), labels = array("|u1", "2,", "\3\5");
  const char* const names[] = {"train_images.npy", "train_labels.npy", "val_images.npy", "val_labels.npy"};
  const std::string_view rest = fuzz::text_of(data + 1, size - 1);
  const std::size_t chosen = data[0] % 5;
  if (chosen == 4) {
    fuzz::load_and_pack(fuzz::file("set.npz", rest));
    return 0;
  }
  const std::filesystem::path folder = fuzz::folder() / "arrays";
  std::filesystem::create_directory(folder);
  for (std::size_t i = 0; i < std::size(names); ++i)
    fuzz::file("arrays/"s + names[i], i == chosen ? rest : std::string_view(i % 2 == 0 ? images : labels));
  fuzz::load_and_pack(folder);
  return 0;
}
