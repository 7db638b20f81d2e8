// cifar.cpp - the binary versions of CIFAR-10 and CIFAR-100: records of a label, or a coarse and a fine one, and 32x32
// pixels in three planes. Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images", and the
// data sets' page.
#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr int side = 32;
constexpr std::size_t plane = side * side;

/// One of the two data sets.
struct Cifar {
  const char *kind, *name;
  std::size_t label_bytes;  ///< of a record; the last one is the label, before it stands CIFAR-100's coarse one
  int classes;
  std::vector<std::string> training_files;
  std::string test_file, names_file;

  std::size_t record() const { return label_bytes + 3 * plane; }
};

Cifar cifar10() {
  return {"cifar10",
          "CIFAR-10",
          1,
          10,
          {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
          "test_batch.bin",
          "batches.meta.txt"};
}

Cifar cifar100() {
  return {"cifar100", "CIFAR-100", 2, 100, {"train.bin"}, "test.bin", "fine_label_names.txt"};
}

bool is_there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}

bool has_training_file(const Cifar& cifar, const fs::path& folder) {
  return std::ranges::any_of(cifar.training_files, [&](const std::string& file) { return is_there(folder / file); });
}

/// Appends the records of one file.
void read_records(Dataset& d, const Cifar& cifar, const fs::path& path) {
  const std::vector<std::byte> file = read_file(path);
  if (file.empty() || file.size() % cifar.record() != 0)
    throw UsageError(fmt::format("--data {}: its size, {} bytes, is not a multiple of a {} record, {} bytes",
                                 path.string(), file.size(), cifar.name, cifar.record()));
  Image image{side, side, 3, std::vector<std::uint8_t>(3 * plane)};
  for (const std::byte* at = file.data(); at != file.data() + file.size(); at += cifar.record()) {
    const std::byte* const pixels = at + cifar.label_bytes;
    const int label = int(pixels[-1]);
    if (label >= cifar.classes)
      throw UsageError(fmt::format("--data {}: invalid label {}; {} has 0 to {}", path.string(), label, cifar.name,
                                   cifar.classes - 1));
    for (std::size_t channel = 0; channel < 3; ++channel)
      for (std::size_t i = 0; i < plane; ++i) image.pixels[3 * i + channel] = std::uint8_t(pixels[channel * plane + i]);
    append(d, image, label);
  }
}

/// Their pixels, and the largest file beside them while it is read.
void require_memory_for_files(const fs::path& folder, const std::vector<std::string>& files) {
  std::uint64_t all = 0, largest = 0;
  for (const std::string& file : files) {
    const std::uint64_t bytes = InputFile(folder / file).size();
    all += bytes;
    largest = std::max(largest, bytes);
  }
  require_memory(folder, fmt::format("{} bytes in its files", all), all + largest);
}

/// One name a line; "00" to "99" if the list is missing or incomplete.
std::vector<std::string> class_names(const Cifar& cifar, const fs::path& list) {
  constexpr std::uint64_t largest_list = 1 << 16;
  const std::size_t count = std::size_t(cifar.classes);
  std::vector<std::string> names;
  std::istringstream file(is_there(list) ? read_text(list, largest_list) : "");
  for (std::string line; names.size() < count && std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  if (names.size() == count) return names;
  names.clear();
  const std::size_t width = std::to_string(count - 1).size();
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("{:0{}}", i, width));
  return names;
}

/// The training files that are there. Those that are not go to the ledger, and one line says how much is left.
std::vector<std::string> present(const Cifar& cifar, const fs::path& folder, Ledger& ledger,
                                 const ReaderContext& context) {
  std::vector<std::string> files, missing;
  for (const std::string& file : cifar.training_files) (is_there(folder / file) ? files : missing).push_back(file);
  for (const std::string& file : missing) ledger.passed_over.push_back({file, "missing"});
  ledger.seen = ledger.used = files.size() + 1;
  if (!missing.empty())
    context.warning(fmt::format("--data {}: {} {} missing: {} of {}'s {} training batches train", folder.string(),
                                fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are", files.size(), cifar.name,
                                cifar.training_files.size()));
  return files;
}

}  // namespace

bool is_cifar_folder(const fs::path& folder) {
  return has_training_file(cifar10(), folder) ||
         (has_training_file(cifar100(), folder) &&
          (is_there(folder / cifar100().test_file) || is_there(folder / cifar100().names_file)));
}

DataSplits read_cifar(const fs::path& folder, const ReaderContext& context) {
  const Cifar cifar = has_training_file(cifar10(), folder) ? cifar10() : cifar100();
  const std::string reading = fmt::format("reading {}", cifar.name);
  if (!is_there(folder / cifar.test_file))
    throw UsageError(fmt::format("--data {}: {} is missing", folder.string(), cifar.test_file));
  DataSplits data;
  data.kind = cifar.kind;
  std::vector<std::string> files = present(cifar, folder, data.ledger, context);
  files.push_back(cifar.test_file);
  require_memory_for_files(folder, files);
  data.classes = class_names(cifar, folder / cifar.names_file);
  for (std::size_t i = 0; i < files.size(); ++i) {
    context.tell(i, files.size(), reading);
    read_records(i + 1 < files.size() ? data.train : data.validation, cifar, folder / files[i]);
  }
  context.tell(files.size(), files.size(), reading);
  return data;
}

}  // namespace gs
