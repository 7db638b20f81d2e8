// compiled.cpp - rewrites the file and its headers, and calls the C++ compiler that built this program.
#include "apps/learn/compiled.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <vector>

#include "apps/learn/compiler.h"
#include "apps/learn/compiler_messages.h"
#include "apps/learn/rewrite/rewrite.h"
#include "apps/learn/rewrite/source_file.h"
#include "engine/core/cache_folder.h"
#include "kernels/common/check.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {

namespace {

namespace fs = std::filesystem;
using simulator::Ended;
using simulator::Keep;
using simulator::run_program;

void write(const fs::path& file, const std::string& text) {
  const fs::path part = file.string() + "." + std::to_string(getpid());
  {
    std::ofstream stream(part, std::ios::binary);
    stream << text;
    if (!stream.flush()) throw Error(file.string() + ": cannot be written: " + std::strerror(errno));
  }
  fs::rename(part, file);
}

[[noreturn]] void does_not_compile(const fs::path& file) {
  throw Error(file.string() + " does not compile; the first message above says why");
}

void call_compiler(const std::vector<std::string>& words, const fs::path& file) {
  const Ended ended = run_program(words, Keep::errors);
  std::fputs(without_repetitions(ended.text).c_str(), stderr);
  if (ended.status != 0 || ended.signal != 0) does_not_compile(file);
}

}  // namespace

fs::path compiled(const fs::path& file) {
  const fs::path folder = cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "run" /
                          (file.stem().string() + "-" +
                           std::to_string(std::hash<std::string>()(fs::absolute(file).lexically_normal().string())));
  std::vector<RewrittenFile> files;
  try {
    files = rewritten(file, folder);
  } catch (const WrongSource& error) {
    std::fputs(error.what(), stderr);
    does_not_compile(file);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(folder.string() + ": cannot be made: " + error.message());
  for (const RewrittenFile& rewritten_file : files) write(rewritten_file.copy, rewritten_file.text);
  const fs::path program = folder / "program";
  const std::string part = "." + std::to_string(getpid());
  const std::string object = (folder / "object.o").string() + part, made = program.string() + part;
  std::vector<std::string> words = compiler_words();
  words.insert(words.end(), {"-iquote", fs::absolute(file).parent_path().string(), "-x", "c++", "-c",
                             files.front().copy.string(), "-o", object});
  call_compiler(words, file);
  // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
  words = linker_words(object, made);
  call_compiler(words, file);
  fs::remove(object, error);
  fs::rename(made, program);
  return program;
}

}  // namespace gs::learn
