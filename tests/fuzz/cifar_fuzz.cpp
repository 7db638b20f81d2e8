// cifar_fuzz.cpp - CIFAR-10's binary files. libFuzzer prefers short inputs, and a record has 3073 bytes: so the input
// is the list of class names up to its first zero, then one byte a record, its label, and what is left over of a
// record.
#include "tests/fuzz/data_files.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t pixels = 3 * 32 * 32, most_records = 40;
  const std::string_view text = fuzz::text_of(data, size);
  const std::string_view names = text.substr(0, text.find('\0'));
  const std::string_view labels = text.substr(std::min(size, names.size() + 1)).substr(0, most_records);
  std::string records;
  for (const char label : labels) (records += label).append(pixels, label);
  if (!labels.empty() && labels.back() == '~') records.resize(records.size() - pixels / 2);  // cut short
  const std::filesystem::path folder = fuzz::folder() / "cifar";
  std::filesystem::create_directory(folder);
  fuzz::file("cifar/batches.meta.txt", names);
  fuzz::file("cifar/data_batch_1.bin", records);
  std::string test = "0";
  for (char& label : test) label = 0;
  fuzz::file("cifar/test_batch.bin", test.append(pixels, '7'));
  fuzz::load_and_pack(folder);
  return 0;
}
