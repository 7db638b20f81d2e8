// npy.cpp - the header is a Python dictionary of three entries. Source: NumPy, "numpy.lib.format", versions 1 to 3.
#include "engine/data/npy.h"

#include <array>
#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/checked_size.h"
#include "engine/core/error.h"
#include "engine/core/parse_number.h"
#include "engine/core/printable.h"
#include "engine/data/read_in_pieces.h"

namespace gs {
namespace {

/// {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), }: each value as text, without quotes.
class NpyDictionary {
 public:
  explicit NpyDictionary(std::string_view text) : rest_(text) {}

  /// nullopt if the text is anything else.
  std::optional<std::map<std::string, std::string>> parse() {
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      const auto key = quoted();
      if (!key || !take(':')) return std::nullopt;
      const auto value = *key == "descr" ? type() : *key == "shape" ? brackets('(', ')') : word();
      if (!value || !entries_.emplace(*key, *value).second) return std::nullopt;
      if (!take(',') && !next_is('}')) return std::nullopt;
    }
    skip_spaces();
    if (!rest_.empty()) return std::nullopt;
    return entries_;
  }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size())); }
  bool next_is(char c) {
    skip_spaces();
    return rest_.starts_with(c);
  }
  bool take(char c) {
    const bool there = next_is(c);
    if (there) rest_.remove_prefix(1);
    return there;
  }
  std::optional<std::string> up_to(std::size_t end) {
    if (end == rest_.npos) return std::nullopt;
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }
  std::optional<std::string> quoted() {
    for (const char quote : {'\'', '"'}) {
      if (!take(quote)) continue;
      auto text = up_to(rest_.find(quote));
      if (text) rest_.remove_prefix(1);
      return text;
    }
    return std::nullopt;
  }
  std::optional<std::string> word() {
    skip_spaces();
    return up_to(rest_.find_first_of(" ,}"));
  }
  /// The text between brackets.
  std::optional<std::string> brackets(char open, char close) {
    if (!take(open)) return std::nullopt;
    auto text = up_to(rest_.find(close));
    if (text) rest_.remove_prefix(1);
    return text;
  }
  /// A type, or the list of the fields of a record: an empty text, which is no type that is read.
  std::optional<std::string> type() {
    if (!next_is('[')) return quoted();
    const std::size_t end = rest_.rfind(']');
    if (!up_to(end)) return std::nullopt;
    rest_.remove_prefix(1);
    return "";
  }

  std::string_view rest_;
  std::map<std::string, std::string> entries_;
};

/// "60000, 28, 28"; nullopt if it is no list of extents.
std::optional<std::vector<std::int64_t>> parse_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view number = text.substr(0, comma);
    text.remove_prefix(std::min(text.size(), comma + 1));
    number.remove_prefix(std::min(number.find_first_not_of(' '), number.size()));
    if (number.ends_with('L')) number.remove_suffix(1);  // Python 2 wrote 60000L
    if (number.empty() && text.empty()) break;           // "(3,)"
    const auto extent = parse_number<std::int64_t>(number);
    if (!extent || *extent < 0) return std::nullopt;
    shape.push_back(*extent);
  }
  return shape;
}

/// Byte order, kind, width in bytes.
bool is_number_type(std::string_view type) {
  using std::string_view_literals::operator""sv;
  return type.size() == 3 && "<>|="sv.find(type[0]) != ""sv.npos && "uibf"sv.find(type[1]) != ""sv.npos &&
         "1248"sv.find(type[2]) != ""sv.npos;
}

}  // namespace

NpyArray::NpyArray(std::string where, std::uint64_t bytes, Read read, ExpectEnd expect_end)
    : where_(std::move(where)), read_(std::move(read)), expect_end_(std::move(expect_end)) {
  constexpr std::uint64_t largest_header = 1 << 16;  // NumPy's own limit is 10 000
  std::uint64_t left = bytes;
  const auto take = [&](std::size_t count) {
    if (count > left) throw UsageError(fmt::format("--data {}: the file is cut short in its header", where_));
    left -= count;
    std::string text(count, '\0');
    read_(std::as_writable_bytes(std::span(text)));
    return text;
  };
  const std::string begin = left < 8 ? "" : take(8);
  if (!begin.starts_with("\x93NUMPY")) throw UsageError(fmt::format("--data {}: no NumPy array", where_));
  const int version = begin[6];
  if (version < 1 || version > 3)
    throw UsageError(fmt::format("--data {}: version {} of NumPy's format; 1, 2 and 3 are read", where_, version));
  std::uint64_t length = 0;
  const std::string digits = take(version == 1 ? 2 : 4);
  for (std::size_t i = digits.size(); i-- > 0;) length = length << 8 | std::uint8_t(digits[i]);
  if (length > largest_header)
    throw UsageError(fmt::format("--data {}: its header has {} bytes, more than the {} of any array", where_, length,
                                 largest_header));
  const std::string header = take(std::size_t(length));
  parse_header(header, left);
}

void NpyArray::parse_header(std::string_view text, std::uint64_t file_bytes) {
  auto entries = NpyDictionary(text).parse();
  if (!entries || entries->size() != 3 || !entries->contains("descr") || !entries->contains("fortran_order") ||
      !entries->contains("shape"))
    throw UsageError(fmt::format("--data {}: its header must have descr, fortran_order and shape, not '{}'", where_,
                                 printable(text.substr(0, 100))));
  type_ = (*entries)["descr"];
  if (type_.find('O') != type_.npos)
    throw UsageError(
        fmt::format("--data {}: it holds Python objects, which are not read (pickle): save numbers", where_));
  if (!is_number_type(type_))
    throw UsageError(fmt::format("--data {}: values of type '{}'; numbers are needed", where_,
                                 type_.empty() ? "record" : printable(type_)));
  const auto shape = parse_shape((*entries)["shape"]);
  if (!shape)
    throw UsageError(
        fmt::format("--data {}: its shape must be extents, not ({})", where_, printable((*entries)["shape"])));
  shape_ = *shape;
  if ((*entries)["fortran_order"] != "False")
    throw UsageError(
        fmt::format("--data {}: its columns come first (Fortran order): save numpy.ascontiguousarray(...)", where_));
  std::vector<std::int64_t> factors = shape_;
  factors.push_back(std::int64_t(width()));
  const auto bytes = checked_product(factors);
  if (!bytes || *bytes != file_bytes)
    throw UsageError(fmt::format("--data {}: {} values of {} bytes need {} bytes; the file has {}", where_,
                                 shape_text(), width(), bytes ? std::to_string(*bytes) : "too many", file_bytes));
  bytes_ = *bytes;
}

std::string NpyArray::shape_text() const {
  return shape_.empty() ? "1" : fmt::format("{}", fmt::join(shape_, " x "));
}

std::vector<std::uint8_t> NpyArray::values() {
  std::vector<std::uint8_t> values = read_in_pieces(
      bytes_, [&](std::uint8_t* to, std::size_t count) { read_(std::as_writable_bytes(std::span(to, count))); });
  expect_end_();
  return values;
}

std::vector<std::int64_t> NpyArray::integers() {
  const std::vector<std::uint8_t> bytes = values();
  const std::size_t size = width();
  const bool big_endian = type_[0] == '>', is_signed = kind() == 'i';
  std::vector<std::int64_t> numbers;
  numbers.reserve(bytes.size() / size);
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + (big_endian ? i : size - 1 - i)];
    const unsigned unused = unsigned(64 - 8 * size);
    if (is_signed) value = std::uint64_t(std::int64_t(value << unused) >> unused);  // repeats the sign
    if (!is_signed && value > std::uint64_t(INT64_MAX))
      throw UsageError(fmt::format("--data {}: the value {} has more than 63 bits", where_, value));
    numbers.push_back(std::int64_t(value));
  }
  return numbers;
}

}  // namespace gs
