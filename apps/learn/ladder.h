// ladder.h - the ladders of apps/learn/ladders/: each a folder of CUDA programs, a rung a file, one idea a rung.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gs::learn {

/// A program. Its head says what it is:
///
///     // 2_tile.cu - a block turns a tile of 32 x 32 in shared memory.
///     // (the story, in sentences)
///     // counts at 256 256: requests 4,096, sectors 16,384 ...
struct Rung {
  int number;
  std::filesystem::path file;
  std::string idea;                ///< "a block turns a tile of 32 x 32 in shared memory"
  std::string story;               ///< lines, without "// "
  std::vector<std::string> sizes;  ///< words for the program, at which it is counted

  std::string name() const { return file.stem().string(); }
};

struct Ladder {
  std::string_view name, sentence;
  std::string_view operations_in_words;                                ///< "2 m n k"
  std::int64_t (*operations)(const std::vector<std::int64_t>& sizes);  ///< of fp32, that any solution needs
};

const std::vector<Ladder>& ladders();

/// In order. Throws gs::Error if the folder or a head is not as it should be.
std::vector<Rung> rungs_of(const Ladder&);

}  // namespace gs::learn
