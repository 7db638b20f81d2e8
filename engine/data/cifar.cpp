// cifar.cpp - CIFAR-10's binary version: records of a label and 32x32 pixels in three planes. Source: Krizhevsky 2009,
// "Learning multiple layers of features from tiny images", and the data set's page.
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

constexpr int side = 32, class_count = 10, batch_count = 5;
constexpr std::size_t plane = side * side, record = 1 + 3 * plane;

fs::path batch_path(const fs::path& folder, int number) {
  return folder / fmt::format("data_batch_{}.bin", number);
}

/// Appends the records of one file.
void read_batch(Dataset& d, const fs::path& path) {
  const std::vector<std::byte> file = read_file(path);
  if (file.empty() || file.size() % record != 0)
    throw UsageError(fmt::format("--data {}: its size, {} bytes, is not a multiple of a CIFAR-10 record, {} bytes",
                                 path.string(), file.size(), record));
  Image image{side, side, 3, std::vector<std::uint8_t>(3 * plane)};
  for (const std::byte* at = file.data(); at != file.data() + file.size(); at += record) {
    const int label = int(at[0]);
    if (label >= class_count)
      throw UsageError(fmt::format("--data {}: invalid label {}; CIFAR-10 has 0 to 9", path.string(), label));
    for (std::size_t channel = 0; channel < 3; ++channel)
      for (std::size_t i = 0; i < plane; ++i) image.pixels[3 * i + channel] = std::uint8_t(at[1 + channel * plane + i]);
    append(d, image, label);
  }
}

/// Their pixels, and the largest file beside them while it is read.
void require_memory_for_files(const fs::path& folder) {
  std::uint64_t all = 0, largest = 0;
  for (int i = 0; i <= batch_count; ++i) {
    const fs::path path = i == 0 ? folder / "test_batch.bin" : batch_path(folder, i);
    if (!fs::exists(path)) continue;
    const std::uint64_t bytes = InputFile(path).size();
    all += bytes;
    largest = std::max(largest, bytes);
  }
  require_memory(folder, fmt::format("{} bytes in its files", all), all + largest);
}

/// Class names from batches.meta.txt, one per line; "0" to "9" if it is missing or incomplete.
std::vector<std::string> class_names(const fs::path& folder) {
  constexpr std::uint64_t largest_list = 1 << 16;
  std::vector<std::string> names;
  const fs::path list = folder / "batches.meta.txt";
  std::istringstream file(fs::exists(list) ? read_text(list, largest_list) : "");
  for (std::string line; names.size() < class_count && std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  if (names.size() == class_count) return names;
  names.clear();
  for (int i = 0; i < class_count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

bool is_cifar10_folder(const fs::path& folder) {
  std::error_code none;
  for (int i = 1; i <= batch_count; ++i)
    if (fs::exists(batch_path(folder, i), none)) return true;
  return false;
}

DataSplits read_cifar10(const fs::path& folder, const ReaderContext& context) {
  const fs::path test = folder / "test_batch.bin";
  if (!fs::exists(test)) throw UsageError(fmt::format("--data {}: test_batch.bin is missing", folder.string()));
  require_memory_for_files(folder);
  DataSplits data;
  data.kind = "cifar10";
  data.classes = class_names(folder);
  std::vector<std::string> missing;
  for (int i = 1; i <= batch_count; ++i) {
    const fs::path path = batch_path(folder, i);
    context.tell(std::size_t(i - 1), batch_count + 1, "reading CIFAR-10");
    if (fs::exists(path))
      read_batch(data.train, path);
    else
      missing.push_back(path.filename().string());
  }
  if (!missing.empty())
    context.warning(fmt::format("--data {}: {} {} missing: {} of CIFAR-10's {} training batches train", folder.string(),
                                fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are",
                                batch_count - int(missing.size()), batch_count));
  read_batch(data.validation, test);
  data.ledger.seen = data.ledger.used = std::size_t(batch_count) + 1 - missing.size();
  for (const std::string& name : missing) data.ledger.passed_over.push_back({name, "missing"});
  context.tell(batch_count + 1, batch_count + 1, "reading CIFAR-10");
  return data;
}

}  // namespace gs
