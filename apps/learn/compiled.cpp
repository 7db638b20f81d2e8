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
#include "apps/learn/given_path.h"
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

/// The folder of what `file` is compiled to.
fs::path folder_for(const fs::path& file) {
  return cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "run" /
         (file.stem().string() + "-" +
          std::to_string(std::hash<std::string>()(fs::absolute(file).lexically_normal().string())));
}

/// Adds what the compiler says to `messages`; throws if it refuses the file.
void call_compiler(const std::vector<std::string>& words, const fs::path& file, const std::string& object,
                   std::string& messages) {
  const Ended ended = run_program(words, Keep::errors);
  messages += with_given_paths(replaced(ended.text, object, file.string()), file);
  if (ended.status != 0 || ended.signal != 0)
    throw Error(file.string() + " does not compile; the first message above says why");
}

}  // namespace

fs::path compiled(const fs::path& file, For purpose, const std::string& behind, std::string& messages) {
  const std::string source = rewritten(content_of(file), fs::absolute(file).lexically_normal().string()) + behind;
  const fs::path folder = folder_for(file), cpp = folder / "source.cpp",
                 program = folder / (purpose == For::debugger ? "program-for-gdb" : "program");
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
  std::vector<std::string> words = purpose == For::debugger ? debugger_words() : compiler_words();
  const GivenFolder given = given_folder(file);
  words.insert(words.end(), {"-fmacro-prefix-map=" + given.full + "=" + given.given,  // __FILE__ is what the user wrote
                             "-iquote", given.full, "-c", cpp.string(), "-o", object});
  call_compiler(words, file, object, messages);
  // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
  words = linker_words(object, made);
  call_compiler(words, file, object, messages);
  fs::remove(object, error);
  fs::rename(made, program);
  return program;
}

fs::path compiled(const fs::path& file, For purpose, const std::string& behind) {
  std::string messages;
  try {
    const fs::path program = compiled(file, purpose, behind, messages);
    std::fputs(messages.c_str(), stderr);
    return program;
  } catch (const Error&) {
    std::fputs(messages.c_str(), stderr);
    throw;
  }
}

void remove_leftovers(const fs::path& file, long process) {
  std::error_code error;
  const std::string end = "." + std::to_string(process);
  for (const auto& entry : fs::directory_iterator(folder_for(file), error))
    if (entry.path().string().ends_with(end)) fs::remove(entry.path(), error);
}

}  // namespace gs::learn
