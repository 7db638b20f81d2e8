// exercise.h - an exercise as its folder has it: task.md, exercise.cu, exercise.txt, reference.h, wrong/.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gs::learn {

struct Exercise {
  std::filesystem::path folder;
  std::string name;                ///< "07_reverse"
  int number = 0;                  ///< 7
  std::string title;               ///< "turn a block around"
  std::vector<std::string> added;  ///< words of CUDA that it introduces
  std::string announced;           ///< the message that the start file gets; empty: it passes as it is
  std::string sizes;               ///< "1000,1,31,33": the first is the sample
  std::string gate_size;           ///< at which the gates are judged
  std::vector<std::string> gates;  ///< "sectors a request; naive 32; at most 4.5"
  std::vector<std::string> hints;  ///< where to look, what to think of, the line in words
  std::string solved;              ///< what to do with a solved file, FILE: "./gridstride train ... FILE"; may be empty
  std::string task;                ///< the text of task.md
  std::string start, solution;     ///< both from exercise.cu
  std::string called;              ///< "void launch(const float* a, float* out, int n)": the function that is judged
};

/// Reads a folder. Throws gs::Error with one line that names the file and says what would be right.
Exercise exercise_in(const std::filesystem::path& folder);

/// The exercises of a set, in the order of their folders' names.
std::vector<Exercise> exercises_of(const std::filesystem::path& set);

/// The two files in one with markers: what follows a line "//! start" is in the start file only, what follows
/// "//! solution" in the solution only, what follows "//! both" in both.
std::string part_of(const std::string& marked, const std::string& part);

}  // namespace gs::learn
