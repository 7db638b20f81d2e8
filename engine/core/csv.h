// csv.h - tables of text: rows of fields with separators between them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gs {

/// Reads rows as RFC 4180 has them: a field may stand in quotes, and then hold separators, line breaks, and quotes
/// written twice. Lines end in LF or CRLF. A byte order mark is passed over, and so are empty lines. The separator is
/// that of comma, semicolon and tab which the first line has most of. Spaces around a field that is not in quotes are
/// not part of it.
class CsvReader {
 public:
  /// `name`: the file, for messages. `text` must outlive the reader. Throws gs::Error if it is UTF-16 or no text.
  CsvReader(std::string_view text, std::string name);

  /// The next row; false at the end. Throws gs::Error, "FILE, line 3: ...", if a quote is not closed or is followed by
  /// text, or a row has another number of fields than the first one.
  bool next(std::vector<std::string>& fields);

  std::size_t line() const { return line_; }  ///< where the last row begins, counted from 1

 private:
  std::string quoted_field();
  bool at_row_end();

  std::string_view rest_;
  std::string name_;
  char separator_ = ',';
  std::size_t line_ = 0, next_line_ = 1, columns_ = 0;
};

}  // namespace gs
