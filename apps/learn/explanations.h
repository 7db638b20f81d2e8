// explanations.h - the pages about the messages of `gridstride run`: written by CMake from explanations/.
#pragma once
#include <string_view>
#include <vector>

namespace gs::learn {

struct Page {
  std::string_view code;  ///< "M03"
  std::string_view text;  ///< Markdown; the first line is "# M03: " and a title
};

/// By code.
const std::vector<Page>& pages();
/// Null: there is no such message.
const Page* page_of(std::string_view code);

}  // namespace gs::learn
