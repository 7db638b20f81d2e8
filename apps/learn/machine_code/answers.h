// answers.h - the output of nvcc and nvdisasm, kept for the next time.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace gs::learn {

struct Answers {
  std::string disassembly, report;  ///< of nvdisasm, of ptxas -v
};

/// Nothing if they are not there. What was asked for last is removed last.
std::optional<Answers> kept_answers(const std::filesystem::path& file);

/// Keeps them in `file`, and removes what is old in its folder: all but the 100 newest, if it is older than a day.
/// Other processes may read and write there at the same time.
void keep_answers(const std::filesystem::path& file, const Answers& answers);

}  // namespace gs::learn
