// idx.cpp - the IDX format of MNIST, plain or gzipped. Source: LeCun, Cortes, Burges, "The MNIST database", file
// formats.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/checked_size.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// A file of bytes with their extents. zlib's gzread also reads plain files.
class IdxFile {
 public:
  /// Reads the header, and checks all that it declares before anything of that size is allocated.
  IdxFile(const fs::path& path, std::uint32_t dimensions)
      : path_(path), bytes_(InputFile(path).size()), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) throw UsageError(fmt::format("--data {}: cannot be read", path.string()));
    gzbuffer(file_.get(), 1 << 17);
    const std::uint32_t magic = read_big_endian();
    if (magic != (0x0800u | dimensions))
      throw UsageError(
          fmt::format("--data {}: not an IDX file of {}-dimensional bytes (it begins with {:08x}, not {:08x})",
                      path.string(), dimensions, magic, 0x0800u | dimensions));
    for (std::uint32_t i = 0; i < dimensions; ++i) extents_.push_back(read_big_endian());
    check_header();
  }

  const fs::path& path() const { return path_; }
  const std::vector<std::uint32_t>& extents() const { return extents_; }
  std::uint64_t size() const { return size_; }  ///< values

  /// Call it once. A damaged file may hold less than it declares: memory is taken as the values arrive.
  std::vector<std::uint8_t> values() {
    constexpr std::uint64_t piece = 64 << 20;
    std::vector<std::uint8_t> values;
    values.reserve(size_);
    while (values.size() < size_) {
      const std::size_t begin = values.size();
      values.resize(std::min(size_, begin + piece));
      read(&values[begin], values.size() - begin);
    }
    expect_end();
    return values;
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  void check_header() {
    constexpr std::uint64_t largest_expansion = 1032;  // deflate's limit: a valid header cannot claim more
    const std::uint64_t header = 4 + 4 * extents_.size();
    for (const std::uint32_t extent : extents_) {
      if (extent == 0) throw UsageError(fmt::format("--data {}: its header says that it is empty", path_.string()));
      if (extent > INT_MAX)
        throw UsageError(fmt::format("--data {}: its header says {}; an extent is at most {}", path_.string(),
                                     fmt::join(extents_, "x"), INT_MAX));
    }
    const auto size = checked_product(extents_);
    const bool plain = gzdirect(file_.get()) != 0;
    if (!size || *size > (plain ? bytes_ - header : bytes_ * largest_expansion))
      throw UsageError(
          fmt::format("--data {}: the file is cut short: its header says {} bytes of values, and the file "
                      "has {}{}",
                      path_.string(), fmt::join(extents_, "x"), bytes_, plain ? "" : " compressed ones"));
    size_ = *size;
  }

  void read(std::uint8_t* to, std::size_t count) {
    while (count > 0) {
      const int got = gzread(file_.get(), to, unsigned(std::min<std::size_t>(count, 1u << 30)));
      if (got <= 0) throw UsageError(fmt::format("--data {}: the file is cut short or damaged", path_.string()));
      to += got;
      count -= std::size_t(got);
    }
  }
  /// Throws unless the file ends here. gzread() also verifies the checksum of a .gz now; if the file ends before its
  /// checksum, only the code of gzerror() tells.
  void expect_end() {
    char more = 0;
    const int got = gzread(file_.get(), &more, 1);
    int error = Z_OK;
    gzerror(file_.get(), &error);
    if (got > 0) throw UsageError(fmt::format("--data {}: the file is longer than its header says", path_.string()));
    if (got < 0 || error != Z_OK)
      throw UsageError(fmt::format("--data {}: the file is cut short or damaged", path_.string()));
  }
  std::uint32_t read_big_endian() {
    std::array<std::uint8_t, 4> b{};
    read(b.data(), b.size());
    return std::uint32_t(b[0]) << 24 | std::uint32_t(b[1]) << 16 | std::uint32_t(b[2]) << 8 | b[3];
  }

  fs::path path_;
  std::uint64_t bytes_;  ///< of the file
  std::unique_ptr<gzFile_s, Close> file_;
  std::vector<std::uint32_t> extents_;
  std::uint64_t size_ = 0;
};

/// The two files of a split, opened, with headers that agree.
struct IdxSplit {
  IdxSplit(const IdxNames& names, const std::string& split)
      : images(existing(names, split, "images-idx3"), 3), labels(existing(names, split, "labels-idx1"), 1) {
    if (images.extents()[0] != labels.extents()[0])
      throw UsageError(fmt::format("--data {}: {} images, but {} labels", images.path().string(), images.extents()[0],
                                   labels.extents()[0]));
    require_memory(images.path(), fmt::format("{} bytes of images", fmt::join(images.extents(), "x")), images.size());
  }

  static fs::path existing(const IdxNames& names, const std::string& split, const std::string& kind) {
    const fs::path path = names.find(split, kind);
    if (path.empty())
      throw UsageError(fmt::format("--data {}: {}{}-{}-ubyte (or .gz) is missing", names.folder.string(), names.prefix,
                                   split, kind));
    return path;
  }

  Dataset read() {
    const std::vector<std::uint32_t>& e = images.extents();
    Dataset d{int(e[0]), int(e[1]), int(e[2]), 1, images.values(), {}};
    const std::vector<std::uint8_t> numbers = labels.values();
    d.labels.assign(numbers.begin(), numbers.end());
    return d;
  }

  IdxFile images, labels;
};

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
        throw UsageError(fmt::format("--data {}: label {} is in the test labels, but not in the training labels",
                                     folder.string(), label));
      label = known->second;
    }
  return names;
}

}  // namespace

DataSplits read_idx(const IdxNames& names, const ReaderContext& context) {
  DataSplits data;
  data.kind = "idx";
  context.tell(0, 2, "reading IDX files");
  // All headers are right before one array is read.
  IdxSplit train(names, "train"), validation(names, names.validation);
  require_memory(names.folder, "images and labels", train.images.size() + validation.images.size());
  data.train = train.read();
  context.tell(1, 2, "reading IDX files");
  data.validation = validation.read();
  context.tell(2, 2, "reading IDX files");
  data.classes = number_classes(data, names.folder);
  data.ledger.seen = data.ledger.used = 4;
  return data;
}

}  // namespace gs
