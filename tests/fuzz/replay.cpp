// replay.cpp - calls a fuzzer's function with every file of its corpus: what CTest runs where there is no libFuzzer.
#include <algorithm>

#include "tests/fuzz/fuzz.h"

/// Memory that no input of a corpus is worth; a larger allocation is reported as a finding.
extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=2048:allocator_may_return_null=0:detect_stack_use_after_return=1";
}

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", words[0]);
    return 2;
  }
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(words[1], missing)) files.push_back(entry.path());
  if (files.empty()) {
    std::fprintf(stderr, "%s: no corpus\n", words[1]);
    return 1;
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    std::fprintf(stderr, "%s\n", file.filename().c_str());  // the last one before a finding is its input
    const std::string text = gs::test::text_of(file);
    // On the heap and of exactly this size, so that a read behind the end is found.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::fprintf(stderr, "%zu inputs\n", files.size());
}
