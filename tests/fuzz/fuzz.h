// fuzz.h - what the fuzzers share: files for readers that want a path, and what a reader may do with bad input.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>

#include "kernels/common/check.h"
#include "tests/support/scratch_folder.h"

/// Defined by each *_fuzz.cpp. libFuzzer calls it with made-up bytes, replay.cpp with those of the corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace gs::fuzz {

/// A finding: prints and aborts, which libFuzzer, the replay and CTest all report.
[[noreturn]] inline void finding(const std::string& what) {
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}
inline void demand(bool holds, const std::string& what) {
  if (!holds) finding(what);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// True if a message ends as those of require() do, with a line of our sources: "... (safetensors.cpp:41)".
inline bool names_source_line(const std::string& message) {
  static const std::regex place(" \\([a-z][a-z0-9_]*\\.(cpp|h):[0-9]+\\)$");
  const std::size_t tail = message.size() - std::min<std::size_t>(message.size(), 80);
  return std::regex_search(message.begin() + std::ptrdiff_t(tail), message.end(), place);
}

/// Calls use(); false if the input was refused with gs::Error. Any other exception ends the process, and so does the
/// error of a precondition: input must not reach require().
template <class Use>
bool taken(Use use) {
  try {
    use();
    return true;
  } catch (const Error& error) {
    demand(error.what()[0] != '\0', "an error without a message");
    demand(!names_source_line(error.what()), std::string("input reaches a precondition: ") + error.what());
    return false;
  }
}

/// The process's folder for files.
inline const test::ScratchFolder& folder() {
  static const test::ScratchFolder folder;
  return folder;
}

inline std::filesystem::path file(const std::string& name, std::string_view bytes) {
  const std::filesystem::path path = folder() / name;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), std::streamsize(bytes.size()));
  demand(bool(out.flush()), "the scratch folder is full");
  return path;
}

}  // namespace gs::fuzz
