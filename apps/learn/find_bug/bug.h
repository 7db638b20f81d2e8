// bug.h - a story about a kernel that gives the right result and is wrong, as its folder has it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "apps/learn/find_bug/rule.h"

namespace gs::learn {

struct Bug {
  std::filesystem::path folder;
  std::string name;                ///< "1_second_barrier"
  int number = 0;                  ///< 1
  std::string title;               ///< "temperatures of a rod"
  int after = 0;                   ///< the exercise whose words it needs
  std::vector<std::string> added;  ///< words of CUDA that it introduces
  std::string code;                ///< of the checker's message: "M12"
  std::vector<int> lines;          ///< of program.cu: two that race, or one that reads what was never written
  std::vector<int> also;           ///< another answer that is as right, such as the copy whose wait is in `lines`
  bool of_blocks = false;          ///< it asks for blocks, not for threads of a block
  Rule rule;                       ///< which threads (or blocks): `first` in the first line, `second` in the second
  std::vector<std::string> hints;  ///< two
  std::string story;               ///< the text of story.md

  std::filesystem::path program() const { return folder / "program.cu"; }
  std::filesystem::path corrected() const { return folder / "corrected.cu"; }
  std::string in_progress() const { return "bug_" + name; }  ///< its name in the learner's progress.txt
};

/// The folder of the stories that come with the program.
std::filesystem::path bugs_folder();

/// The stories of a folder, by number. Throws gs::Error with one line that names the file and says what would be right.
std::vector<Bug> bugs_of(const std::filesystem::path& set);

}  // namespace gs::learn
