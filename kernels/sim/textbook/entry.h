// entry.h - the form of the record that a learner's program leaves for the command that started it.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gs::textbook {

/// "finding", "kernel" ..., and its fields. One line of text: "finding<tab>code=M11<tab>line=7"; tabs, line ends and
/// backslashes in values are escaped.
struct Entry {
  std::string kind;
  std::map<std::string, std::string, std::less<>> fields;

  /// The value of a field; "" if it is not there.
  const std::string& operator[](std::string_view field) const;
};

std::string line_of(const Entry&);

/// The entries of a record, in order.
std::vector<Entry> entries_of(std::string_view record);

}  // namespace gs::textbook
