// rewrite_fuzz.cpp - the source of `gridstride run`: whatever it is, its words stay, in order.
#include "apps/learn/rewrite/rewrite.h"

#include <set>

#include "apps/learn/tokens.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

namespace {

/// Words that C++ does not know or need; a declaration of shared memory is written anew.
bool may_go(std::string_view word) {
  static const std::set<std::string_view> words = {"__noinline__", "alignas", "static"};
  return words.contains(word);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::taken([&] {
    const std::string_view source = fuzz::text_of(data, size);
    const std::string text = learn::rewritten(fuzz::file("a.cu", source), fuzz::folder().path()).front().text;
    if (source.find("extern") != source.npos && source.find("__shared__") != source.npos) return;
    const std::vector<learn::Token> all = learn::tokens_of(text);
    auto at = all.begin();
    for (const learn::Token& token : learn::tokens_of(source)) {
      if (token.kind != learn::Token::Kind::word || may_go(token.spelling)) continue;
      while (at != all.end() && at->spelling != token.spelling) ++at;
      fuzz::demand(at != all.end(), "the word " + std::string(token.spelling) + " is lost");
      ++at;
    }
  });
  return 0;
}
