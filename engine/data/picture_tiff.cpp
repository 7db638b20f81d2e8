// picture_tiff.cpp - a TIFF's directories, of a file or of EXIF data. Sources: TIFF 6.0, section 2; the BigTIFF
// proposal of libtiff; EXIF 2.3, 4.6.4 (orientation).
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "engine/data/picture_forms.h"

namespace gs {
namespace {

namespace tag {
constexpr std::uint32_t kind_of_page = 254, width = 256, height = 257, bits = 258, strips = 273, orientation = 274,
                        strip_bytes = 279, colours = 320, tiles = 324, tile_bytes = 325, value_kind = 339;
}

/// Reads directories; a big TIFF has numbers of 8 bytes where another has 4.
class TiffReader {
 public:
  struct Entry {
    std::uint64_t count = 0;
    std::size_t width = 0;  ///< bytes of a value
    std::size_t at = 0;     ///< the first value
  };

  explicit TiffReader(const PictureBytes& file)
      : file_(file), big_endian_(file.byte(0) == 'M'), wide_(number(2, 2) == 43) {}

  std::uint64_t first_directory() const { return wide_ ? number(8, 8) : number(4, 4); }
  /// At most one a byte of the file: a damaged count must not overflow.
  std::uint64_t entries(std::uint64_t directory) const {
    return std::min<std::uint64_t>(number(directory, wide_ ? 8 : 2), file_.size());
  }
  std::uint64_t end_of(std::uint64_t directory) const {
    return directory + first_entry() + entries(directory) * entry_size() + word();
  }
  std::uint64_t next_directory(std::uint64_t directory) const { return number(end_of(directory) - word(), word()); }

  std::optional<Entry> find(std::uint64_t directory, std::uint32_t tag) const {
    const std::uint64_t count = std::min<std::uint64_t>(entries(directory), file_.size() / entry_size());
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = directory + first_entry() + i * entry_size();
      if (number(at, 2) != tag) continue;
      static constexpr std::size_t widths[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
      const std::uint64_t type = number(at + 2, 2);
      Entry entry{number(at + 4, word()), type < std::size(widths) ? widths[type] : 0, at + 4 + word()};
      if (entry.width == 0 || entry.count == 0) return std::nullopt;
      if (entry.count > word() / entry.width) entry.at = number(entry.at, word());
      return entry;
    }
    return std::nullopt;
  }
  std::uint64_t value(const Entry& entry, std::uint64_t i = 0) const {
    return number(entry.at + i * entry.width, entry.width);
  }
  std::uint64_t value(std::uint64_t directory, std::uint32_t tag, std::uint64_t otherwise) const {
    const auto entry = find(directory, tag);
    return entry ? value(*entry) : otherwise;
  }
  bool holds(const Entry& entry) const {
    return entry.at <= file_.size() && entry.count <= (file_.size() - entry.at) / entry.width;
  }

 private:
  std::uint64_t number(std::uint64_t at, std::size_t bytes) const {
    if (at > file_.size()) return 0;
    return big_endian_ ? file_.big_endian(at, bytes) : file_.little_endian(at, bytes);
  }
  std::size_t word() const { return wide_ ? 8 : 4; }
  std::size_t first_entry() const { return wide_ ? 8 : 2; }
  std::size_t entry_size() const { return wide_ ? 20 : 12; }

  PictureBytes file_;
  bool big_endian_, wide_;
};

/// Whether the file holds what decodes a page, and all its strips or tiles.
bool holds_page(const PictureBytes& file, const TiffReader& tiff, std::uint64_t directory) {
  for (const std::uint32_t needed : {tag::bits, tag::colours, tag::value_kind})
    if (const auto entry = tiff.find(directory, needed); entry && !tiff.holds(*entry)) return false;
  auto offsets = tiff.find(directory, tag::strips), bytes = tiff.find(directory, tag::strip_bytes);
  if (!offsets) offsets = tiff.find(directory, tag::tiles), bytes = tiff.find(directory, tag::tile_bytes);
  if (!offsets || !bytes) return true;  // whatever it is, the decoder will say
  if (!tiff.holds(*offsets) || !tiff.holds(*bytes)) return false;
  for (std::uint64_t i = 0; i < std::min(offsets->count, bytes->count); ++i) {
    const std::uint64_t first = tiff.value(*offsets, i), length = tiff.value(*bytes, i);
    if (first > file.size() || length > file.size() - first) return false;
  }
  return true;
}

}  // namespace

int exif_orientation(const PictureBytes& bytes) {
  if (!bytes.has(0, {"II*\0", 4}) && !bytes.has(0, {"MM\0*", 4})) return 1;
  const TiffReader tiff(bytes);
  const std::uint64_t value = tiff.value(tiff.first_directory(), tag::orientation, 1);
  return value >= 1 && value <= 8 ? int(value) : 1;
}

PictureForm tiff_form(const PictureBytes& file) {
  PictureForm form{.kind = PictureForm::Kind::tiff, .extents = {}, .fault = {}};
  const TiffReader tiff(file);
  const std::uint64_t first = tiff.first_directory();
  if (first == 0 || first >= file.size() || tiff.end_of(first) > file.size()) {
    form.fault = cut_off(file, fmt::format("before the TIFF's directory at byte {}", first));
    return form;
  }
  form.extents = PictureExtents{std::uint32_t(std::min<std::uint64_t>(tiff.value(first, tag::height, 0), UINT32_MAX)),
                                std::uint32_t(std::min<std::uint64_t>(tiff.value(first, tag::width, 0), UINT32_MAX))};
  form.bits = int(std::min<std::uint64_t>(tiff.value(first, tag::bits, 1), 1024));
  const std::uint64_t kind = tiff.value(first, tag::value_kind, 1);
  if (kind == 3)
    form.fault = "is a floating-point TIFF; values of 8 or 16 bits, from 0 on, are read";
  else if (kind == 2)
    form.fault = "is a TIFF of signed values; values of 8 or 16 bits, from 0 on, are read";
  else if (form.bits > 16)
    form.fault = fmt::format("is a TIFF of {} bits per value; up to 16 are read", form.bits);
  else if (!holds_page(file, tiff, first))
    form.fault = cut_off(file, "before its TIFF's picture ends");
  std::uint64_t directory = tiff.next_directory(first);
  // A damaged chain may be a circle, or one of directories that lie within each other.
  std::set<std::uint64_t> seen{first};
  std::uint64_t bytes = tiff.end_of(first) - first;
  while (directory > 0 && tiff.end_of(directory) <= file.size() && seen.insert(directory).second) {
    bytes += tiff.end_of(directory) - directory;
    if (bytes > file.size()) break;
    form.pages += tiff.value(directory, tag::kind_of_page, 0) % 2 == 0;  // odd: a smaller copy of another page
    directory = tiff.next_directory(directory);
  }
  return form;
}

}  // namespace gs
