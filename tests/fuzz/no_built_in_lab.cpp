// no_built_in_lab.cpp - stands for the lab that is built into the program; the corpus holds its file.
#include <string_view>

namespace gs::apps {
extern const std::string_view lab_lesions;
const std::string_view lab_lesions = "{}";
}  // namespace gs::apps
