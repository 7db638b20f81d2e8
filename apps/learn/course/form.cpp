// form.cpp - looks at tokens, so that comments and spaces do not matter.
#include "apps/learn/course/form.h"

#include <algorithm>
#include <vector>

#include "apps/learn/tokens.h"

namespace gs::learn {
namespace {

/// Names and marks, whatever stands between them.
std::string plain(std::string_view source) {
  std::string text;
  for (const Token& token : tokens_of(source)) text += std::string(token.spelling) + " ";
  return text;
}

bool has_main(const std::vector<Token>& tokens) {
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i)
    if (tokens[i].is("main") && tokens[i - 1].is("int") && tokens[i + 1].is("(")) return true;
  return false;
}

/// The first closing brace without an opening one, or the last opening one that is not closed; null: there is none.
const Token* lonely_brace(const std::vector<Token>& tokens) {
  std::vector<const Token*> open;
  for (const Token& token : tokens) {
    if (token.in_directive) continue;
    if (token.is("{")) open.push_back(&token);
    if (!token.is("}")) continue;
    if (open.empty()) return &token;
    open.pop_back();
  }
  return open.empty() ? nullptr : open.back();
}

}  // namespace

std::string mistake_of_form(const Exercise& exercise, const std::string& file, std::string_view source) {
  const auto tokens = tokens_of(source);
  if (const Token* const brace = lonely_brace(tokens)) {
    const auto line = 1 + std::count(source.begin(), source.begin() + std::ptrdiff_t(brace->begin), '\n');
    return file + ":" + std::to_string(line) + ": error: this " + std::string(brace->spelling) + " has no " +
           (brace->is("{") ? "}" : "{") + "\n";
  }
  if (has_main(tokens)) return file + ": error: main() is not for you to write here: the exercise calls launch()\n";
  if (plain(source).find(plain(exercise.called + "{")) == std::string::npos)
    return file + ": error: the exercise calls this function, which the file must have:\n  " + exercise.called + "\n";
  return "";
}

}  // namespace gs::learn
