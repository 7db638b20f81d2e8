// compiled.cpp - rewrites the file and calls the C++ compiler that built this program.
#include "apps/learn/compiled.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "apps/learn/compiler.h"
#include "apps/learn/rewrite.h"
#include "engine/core/cache_folder.h"
#include "kernels/common/check.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {

namespace {

namespace fs = std::filesystem;
using simulator::Ended;
using simulator::Keep;
using simulator::run_program;

std::string content_of(const fs::path& file) {
  if (!fs::exists(file)) throw Error(file.string() + ": no such file");
  if (!fs::is_regular_file(file)) throw Error(file.string() + ": not a file");
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) throw Error(file.string() + ": cannot be read: " + std::strerror(errno));
  return content.str();
}

void call_compiler(const std::vector<std::string>& words, const fs::path& file) {
  const Ended ended = run_program(words, Keep::errors);
  std::fputs(ended.text.c_str(), stderr);
  if (ended.status != 0 || ended.signal != 0)
    throw Error(file.string() + " does not compile; the first message above says why");
}

}  // namespace

fs::path compiled(const fs::path& file, const std::string& behind) {
  const std::string source = rewritten(content_of(file), fs::absolute(file).lexically_normal().string()) + behind;
  const fs::path folder = cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "run" /
                          (file.stem().string() + "-" +
                           std::to_string(std::hash<std::string>()(fs::absolute(file).lexically_normal().string())));
  const fs::path program = folder / "program", cpp = folder / "source.cpp";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(folder.string() + ": cannot be made: " + error.message());
  const std::string part = "." + std::to_string(getpid());
  {
    std::ofstream stream(cpp.string() + part, std::ios::binary);
    stream << source;
    if (!stream.flush()) throw Error(cpp.string() + ": cannot be written: " + std::strerror(errno));
  }
  fs::rename(cpp.string() + part, cpp);
  const std::string object = (folder / "object.o").string() + part, made = program.string() + part;
  std::vector<std::string> words = compiler_words();
  words.insert(words.end(), {"-iquote", fs::absolute(file).parent_path().string(), "-c", cpp.string(), "-o", object});
  call_compiler(words, file);
  // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
  words = linker_words(object, made);
  call_compiler(words, file);
  fs::remove(object, error);
  fs::rename(program.string() + part, program);
  return program;
}

}  // namespace gs::learn
