// idx.cpp - the IDX format of MNIST, plain or gzipped. Source: LeCun, Cortes, Burges, "The MNIST database", file
// formats.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// STEM-images-idx3-ubyte or STEM-images.idx3-ubyte, plain or .gz; empty if none exists.
fs::path find(const fs::path& folder, const std::string& stem, const std::string& what, const std::string& kind) {
  for (const char* separator : {"-", "."})
    for (const char* ending : {"", ".gz"}) {
      const fs::path path = folder / fmt::format("{}-{}{}{}-ubyte{}", stem, what, separator, kind, ending);
      if (fs::is_regular_file(path)) return path;
    }
  return {};
}
fs::path find_images(const fs::path& folder, const std::string& stem) {
  return find(folder, stem, "images", "idx3");
}
fs::path find_labels(const fs::path& folder, const std::string& stem) {
  return find(folder, stem, "labels", "idx1");
}

/// An array of bytes with its extents.
struct IdxArray {
  std::vector<std::uint32_t> extents;
  std::vector<std::uint8_t> values;
};

/// zlib's gzread also reads plain files.
class GzFile {
 public:
  explicit GzFile(const fs::path& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) throw UsageError(fmt::format("--data {}: cannot be read", path.string()));
    gzbuffer(file_, 1 << 17);
  }
  GzFile(const GzFile&) = delete;
  GzFile& operator=(const GzFile&) = delete;
  ~GzFile() { gzclose(file_); }

  void read(std::uint8_t* to, std::size_t count) {
    while (count > 0) {
      const int got = gzread(file_, to, unsigned(std::min<std::size_t>(count, 1u << 30)));
      if (got <= 0) throw UsageError(fmt::format("--data {}: the file is cut short or damaged", path_.string()));
      to += got;
      count -= std::size_t(got);
    }
  }
  /// Throws unless the file ends here. gzread() also verifies the checksum of a .gz now; if the file ends before its
  /// checksum, only the code of gzerror() tells.
  void expect_end() {
    char more = 0;
    const int got = gzread(file_, &more, 1);
    int error = Z_OK;
    gzerror(file_, &error);
    if (got > 0) throw UsageError(fmt::format("--data {}: the file is longer than its header says", path_.string()));
    if (got < 0 || error != Z_OK)
      throw UsageError(fmt::format("--data {}: the file is cut short or damaged", path_.string()));
  }
  std::uint32_t read_big_endian() {
    std::array<std::uint8_t, 4> b{};
    read(b.data(), b.size());
    return std::uint32_t(b[0]) << 24 | std::uint32_t(b[1]) << 16 | std::uint32_t(b[2]) << 8 | b[3];
  }

 private:
  fs::path path_;
  gzFile file_;
};

IdxArray read_array(const fs::path& path, std::uint32_t dimensions) {
  constexpr std::uint64_t largest_expansion = 1032;  // deflate's limit: a valid header cannot claim more
  GzFile file(path);
  const std::uint32_t magic = file.read_big_endian();
  if (magic != (0x0800u | dimensions))
    throw UsageError(
        fmt::format("--data {}: not an IDX file of {}-dimensional bytes (it begins with {:08x}, not {:08x})",
                    path.string(), dimensions, magic, 0x0800u | dimensions));
  IdxArray array;
  std::uint64_t size = 1;
  const std::uint64_t most = fs::file_size(path) * largest_expansion;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    array.extents.push_back(file.read_big_endian());
    if (array.extents.back() == 0)
      throw UsageError(fmt::format("--data {}: its header says that it is empty", path.string()));
    if (array.extents.back() > most / size)
      throw UsageError(fmt::format("--data {}: the file is shorter than its header says", path.string()));
    size *= array.extents.back();
  }
  array.values.resize(size);
  file.read(array.values.data(), size);
  file.expect_end();
  return array;
}

Dataset read_split(const fs::path& folder, const std::string& stem) {
  const fs::path image_file = find_images(folder, stem), label_file = find_labels(folder, stem);
  for (const auto& [path, what] : {std::pair{image_file, "images-idx3"}, {label_file, "labels-idx1"}})
    if (path.empty())
      throw UsageError(fmt::format("--data {}: {}-{}-ubyte (or .gz) is missing", folder.string(), stem, what));
  IdxArray images = read_array(image_file, 3);
  const IdxArray labels = read_array(label_file, 1);
  if (images.extents[0] != labels.extents[0])
    throw UsageError(
        fmt::format("--data {}: {} images, but {} labels", image_file.string(), images.extents[0], labels.extents[0]));
  Dataset d{int(images.extents[0]), int(images.extents[1]), int(images.extents[2]), 1, std::move(images.values), {}};
  d.labels.assign(labels.values.begin(), labels.values.end());
  return d;
}

/// Maps the labels of the training set to classes 0, 1, ...: in some sets they do not start at 0 or have gaps.
std::vector<std::string> number_classes(DataSplits& data, const fs::path& folder) {
  const std::set<std::int32_t> numbers(data.train.labels.begin(), data.train.labels.end());
  std::map<std::int32_t, std::int32_t> class_of;
  std::vector<std::string> names;
  const std::size_t width = std::to_string(*numbers.rbegin()).size();  // equal width, so that names sort as numbers
  for (const std::int32_t number : numbers) {
    class_of[number] = std::int32_t(names.size());
    names.push_back(fmt::format("{:0{}}", number, width));
  }
  for (Dataset* d : {&data.train, &data.validation})
    for (std::int32_t& label : d->labels) {
      const auto known = class_of.find(label);
      if (known == class_of.end())
        throw UsageError(fmt::format("--data {}: label {} is in the t10k labels, but not in the training labels",
                                     folder.string(), label));
      label = known->second;
    }
  return names;
}

}  // namespace

bool is_idx_folder(const fs::path& folder) {
  for (const char* stem : {"train", "t10k"})
    if (!find_images(folder, stem).empty() || !find_labels(folder, stem).empty()) return true;
  return false;
}

DataSplits read_idx(const fs::path& folder, const ReaderContext& context) {
  DataSplits data;
  data.kind = "idx";
  context.tell(0, 2, "reading IDX files");
  data.train = read_split(folder, "train");
  context.tell(1, 2, "reading IDX files");
  data.validation = read_split(folder, "t10k");
  context.tell(2, 2, "reading IDX files");
  data.classes = number_classes(data, folder);
  return data;
}

}  // namespace gs
