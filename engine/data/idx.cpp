// idx.cpp - the IDX format of MNIST, plain or gzipped. Source: LeCun, Cortes, Burges, "The MNIST database", file
// formats.
#include <zlib.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// The file, or the same with .gz; empty when neither is there.
fs::path find(const fs::path& folder, const std::string& name) {
  for (const char* ending : {"", ".gz"})
    if (fs::is_regular_file(folder / (name + ending))) return folder / (name + ending);
  return {};
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
  GzFile file(path);
  const std::uint32_t magic = file.read_big_endian();
  if (magic != (0x0800u | dimensions))
    throw UsageError(
        fmt::format("--data {}: not an IDX file of {}-dimensional bytes (it begins with {:08x}, not {:08x})",
                    path.string(), dimensions, magic, 0x0800u | dimensions));
  IdxArray array;
  std::uint64_t size = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    array.extents.push_back(file.read_big_endian());
    size *= array.extents.back();
    if (array.extents.back() == 0 || size > (std::uint64_t(1) << 33))
      throw UsageError(fmt::format("--data {}: its header has an impossible extent", path.string()));
  }
  array.values.resize(size);
  file.read(array.values.data(), size);
  return array;
}

Dataset read_split(const fs::path& folder, const std::string& stem, const ReaderContext& context, std::size_t step) {
  context.tell(step, 2, "reading IDX files");
  const fs::path image_file = find(folder, stem + "-images-idx3-ubyte"),
                 label_file = find(folder, stem + "-labels-idx1-ubyte");
  for (const auto& [path, what] : {std::pair{image_file, "images-idx3"}, {label_file, "labels-idx1"}})
    if (path.empty())
      throw UsageError(fmt::format("--data {}: there is no {}-{}-ubyte (or .gz)", folder.string(), stem, what));
  IdxArray images = read_array(image_file, 3);
  const IdxArray labels = read_array(label_file, 1);
  if (images.extents[0] != labels.extents[0])
    throw UsageError(
        fmt::format("--data {}: {} images, but {} labels", image_file.string(), images.extents[0], labels.extents[0]));
  Dataset d{int(images.extents[0]), int(images.extents[1]), int(images.extents[2]), 1, std::move(images.values), {}};
  d.labels.assign(labels.values.begin(), labels.values.end());
  return d;
}

}  // namespace

bool is_idx_folder(const fs::path& folder) {
  return !find(folder, "train-images-idx3-ubyte").empty();
}

DataSplits read_idx(const fs::path& folder, const ReaderContext& context) {
  DataSplits data;
  data.kind = "idx";
  data.train = read_split(folder, "train", context, 0);
  data.validation = read_split(folder, "t10k", context, 1);
  context.tell(2, 2, "reading IDX files");
  std::int32_t last = 0;
  for (const Dataset* d : {&data.train, &data.validation})
    for (const std::int32_t label : d->labels) last = std::max(last, label);
  // Width 1 for digits; numbers of equal width, so that the order of the names is the order of the classes.
  const std::size_t width = std::to_string(last).size();
  for (int i = 0; i <= last; ++i) data.classes.push_back(fmt::format("{:0{}}", i, width));
  return data;
}

}  // namespace gs
