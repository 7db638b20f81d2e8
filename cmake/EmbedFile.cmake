# cmake -DFROM=file -DTO=file.cpp -DNAME=name -P EmbedFile.cmake: a text file as `extern const std::string_view gs::apps::name`.
# An empty FROM gives an empty text.
set(text "")
if(FROM)
  file(READ "${FROM}" text)
endif()
set(end ")gs_embedded")
string(FIND "${text}" "${end}\"" at)
if(NOT at EQUAL -1)
  message(FATAL_ERROR "${FROM} contains the end of the raw string literal around it: ${end}")
endif()
file(WRITE "${TO}" "// Made by cmake/EmbedFile.cmake from ${FROM}
#include <string_view>
namespace gs::apps {
static const char text[] = R\"gs_embedded(${text}${end}\";
extern const std::string_view ${NAME};
const std::string_view ${NAME}{text, sizeof text - 1};
}  // namespace gs::apps
")
