// explain_command.cpp - prints a page, or the list of them.
#include "apps/learn/explain_command.h"

#include <cctype>
#include <cstdio>
#include <string>

#include "apps/learn/explanations.h"
#include "apps/learn/wrong_usage.h"

namespace gs::learn {
namespace {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

/// "M03: past the end of an array in global memory"
std::string_view title_of(const Page& page) {
  constexpr std::size_t mark = 2;  // "# "
  return page.text.substr(mark, page.text.find('\n') - mark);
}

}  // namespace

int explain_command(const std::vector<std::string_view>& words) {
  if (words.empty()) {
    for (const Page& page : pages()) print(std::string(title_of(page)) + "\n");
    return 0;
  }
  if (words[0] == "--help" || words[0] == "-h") {
    print(
        "usage: gridstride explain [CODE]\n\n"
        "Explains a message of gridstride run or learn, such as M03: what it means, an example, what to look at.\n"
        "Without a code: the list of messages.\n");
    return 0;
  }
  if (words.size() > 1) throw WrongUsage("explain takes one code, not " + std::to_string(words.size()));
  std::string code(words[0]);
  for (char& c : code) c = char(std::toupper(static_cast<unsigned char>(c)));
  const Page* const page = page_of(code);
  if (!page) throw WrongUsage("there is no message " + std::string(words[0]) + ": gridstride explain lists them");
  print(page->text);
  return 0;
}

}  // namespace gs::learn
