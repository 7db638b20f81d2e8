// idx.cpp - the IDX format of MNIST, plain or gzipped. Source: LeCun, Cortes, Burges, "The MNIST database", file
// formats.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/checked_size.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/parse_number.h"
#include "engine/data/idx_names.h"
#include "engine/data/numbered_classes.h"
#include "engine/data/read_in_pieces.h"
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

  /// Call it once.
  std::vector<std::uint8_t> values() {
    std::vector<std::uint8_t> values =
        read_in_pieces(size_, [this](std::uint8_t* to, std::size_t count) { read(to, count); });
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

/// Rows become columns.
void transpose(Dataset& d) {
  const std::size_t h = std::size_t(d.h), w = std::size_t(d.w);
  std::vector<std::uint8_t> image(h * w);
  for (std::size_t n = 0; n < std::size_t(d.n); ++n) {
    std::uint8_t* const pixels = &d.images[n * h * w];
    for (std::size_t y = 0; y < h; ++y)
      for (std::size_t x = 0; x < w; ++x) image[x * h + y] = pixels[y * w + x];
    std::copy(image.begin(), image.end(), pixels);
  }
  std::swap(d.h, d.w);
}

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

  Dataset read_images() {
    const std::vector<std::uint32_t>& e = images.extents();
    return {int(e[0]), int(e[1]), int(e[2]), 1, images.values(), {}};
  }
  std::vector<std::int64_t> read_labels() {
    const std::vector<std::uint8_t> numbers = labels.values();
    return {numbers.begin(), numbers.end()};
  }

  IdxFile images, labels;
};

/// EMNIST's PREFIX-mapping.txt: a label and the codes of its characters a line, as in "1 65 97", whose name is Aa.
/// Numbers stay the names where it is missing or does not know them all.
std::vector<std::string> mapped_names(const IdxNames& files, std::vector<std::string> numbers) {
  constexpr std::uint64_t largest_list = 1 << 16;
  const fs::path list = files.folder / (files.prefix + "mapping.txt");
  std::error_code none;
  if (!fs::exists(list, none)) return numbers;
  std::map<int, std::string> known;
  std::istringstream file(read_text(list, largest_list));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    int label = 0, code = 0;
    words >> label;
    while (words >> code)
      if (code > ' ' && code < 127) known[label] += char(code);
  }
  std::vector<std::string> names;
  for (const std::string& number : numbers)
    if (const auto name = known.find(*parse_number<int>(number)); name != known.end()) names.push_back(name->second);
  const std::set<std::string> different(names.begin(), names.end());
  return different.size() == numbers.size() ? names : numbers;
}

}  // namespace

DataSplits read_idx(const IdxNames& names, const ReaderContext& context) {
  DataSplits data;
  data.kind = "idx";
  context.tell(0, 2, "reading IDX files");
  IdxSplit train(names, "train"),
      validation(names, names.validation);  // all headers are right before one array is read
  require_memory(names.folder, "images and labels", train.images.size() + validation.images.size());
  data.train = train.read_images();
  const std::vector<std::int64_t> labels = train.read_labels();
  context.tell(1, 2, "reading IDX files");
  data.validation = validation.read_images();
  const NumberedClasses classes(labels, train.labels.path().string(), context);
  data.train.labels = classes.of(labels, train.labels.path().string());
  data.validation.labels = classes.of(validation.read_labels(), validation.labels.path().string());
  data.ledger.seen = data.ledger.used = 4;
  context.tell(2, 2, "reading IDX files");
  if (context.request.transpose)
    for (Dataset* d : {&data.train, &data.validation}) transpose(*d);
  data.classes = mapped_names(names, classes.names());
  return data;
}

}  // namespace gs
