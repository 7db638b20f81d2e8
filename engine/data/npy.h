// npy.h - one array in NumPy's format: a file of its own, or a member of an .npz.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gs {

/// An array whose header is read and whose values are not. Rows come first (C order).
class NpyArray {
 public:
  /// Fills the span with the next bytes of the file; throws UsageError if it ends before.
  using Read = std::function<void(std::span<std::byte>)>;
  /// Throws UsageError unless the file ends here.
  using ExpectEnd = std::function<void()>;

  /// Reads the header, and checks all that it declares before anything of that size is allocated. `where` names the
  /// array in messages, `bytes` is the size of its file. Throws UsageError, also for arrays of Python objects, of
  /// records, and in Fortran order.
  NpyArray(std::string where, std::uint64_t bytes, Read read, ExpectEnd expect_end);

  const std::string& where() const { return where_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  std::string shape_text() const;                    ///< "60000 x 28 x 28"
  const std::string& type() const { return type_; }  ///< as NumPy writes it: "|u1", "<i8"
  std::uint64_t bytes() const { return bytes_; }     ///< of all values
  bool holds_bytes() const { return kind() == 'u' && width() == 1; }
  bool holds_integers() const { return kind() == 'u' || kind() == 'i' || kind() == 'b'; }

  /// The values as they are stored. Call it, or integers(), once.
  std::vector<std::uint8_t> values();

  /// The values as numbers, of any integer type and byte order. Throws UsageError if one has more than 63 bits.
  std::vector<std::int64_t> integers();

 private:
  char kind() const { return type_[1]; }
  std::size_t width() const { return std::size_t(type_[2] - '0'); }
  void parse_header(std::string_view text, std::uint64_t file_bytes);

  std::string where_, type_;
  std::vector<std::int64_t> shape_;
  std::uint64_t bytes_ = 0;
  Read read_;
  ExpectEnd expect_end_;
};

}  // namespace gs
