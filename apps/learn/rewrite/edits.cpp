// edits.cpp - copies the file, with #line directives around what is new.
#include "apps/learn/rewrite/edits.h"

#include <algorithm>
#include <utility>

namespace gs::learn {

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result + '"';
}

void Edits::add(std::size_t before, std::string text, bool apart) {
  const std::size_t at = before < file_.size() ? file_[before].begin : file_.text().size();
  edits_.push_back({at, at, std::move(text), apart});
}

void Edits::replace(std::size_t first, std::size_t end, std::string by, bool apart) {
  edits_.push_back({file_[first].begin, file_[end - 1].end, std::move(by), apart});
}

std::string Edits::applied() const {
  std::vector<Edit> edits = edits_;
  std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  const std::string_view source = file_.text();
  const auto lines = [&](std::size_t begin, std::size_t end) {
    return std::count(source.begin() + std::ptrdiff_t(begin), source.begin() + std::ptrdiff_t(end), '\n');
  };
  std::string result = "#line 1 " + in_quotes(file_.name()) + "\n";
  std::size_t done = 0;
  long line = 1;
  for (const Edit& edit : edits) {
    if (edit.begin < done) continue;  // inside of what is replaced
    result += source.substr(done, edit.begin - done);
    line += lines(done, edit.begin);
    const long before = line;
    line += lines(edit.begin, edit.end);
    if (edit.apart)
      result += "\n#line " + std::to_string(before) + "\n" + edit.text + "\n#line " + std::to_string(line) + "\n" +
                file_.indentation(edit.end);
    else
      result += edit.text;
    done = edit.end;
  }
  return result += std::string(source.substr(done)) + "\n";
}

}  // namespace gs::learn
