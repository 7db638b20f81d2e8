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
#include "apps/learn/given_path.h"
#include "apps/learn/rewrite/rewrite.h"
#include "apps/learn/rewrite/source_file.h"
#include "apps/learn/scratch.h"
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

/// The folder for what `file` is compiled to.
fs::path folder_for(const fs::path& file) {
  return cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "run" /
         (file.stem().string() + "-" +
          std::to_string(std::hash<std::string>()(fs::absolute(file).lexically_normal().string())));
}

/// Adds what the compiler says to `messages`; throws if it refuses the file.
void call_compiler(const std::vector<std::string>& words, const fs::path& file, const std::string& object,
                   std::string& messages) {
  const Ended ended = run_program(words, Keep::errors);
  messages += with_given_paths(replaced(without_repetitions(ended.text), object, file.string()), file);
  if (ended.status != 0 || ended.signal != 0) does_not_compile(file);
}

}  // namespace

fs::path compiled(const fs::path& file, For purpose, const std::string& behind, std::string& messages) {
  const fs::path folder = folder_for(file),
                 program = folder / (purpose == For::debugger ? "program-for-gdb"
                                     : behind.empty()         ? "program"
                                                      : "program-" + std::to_string(std::hash<std::string>()(behind)));
  std::vector<RewrittenFile> files;
  try {
    files = rewritten(file, folder);
  } catch (const WrongSource& error) {
    messages += with_given_paths(error.what(), file);
    does_not_compile(file);
  }
  files.front().text += behind;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(folder.string() + ": cannot be made: " + error.message());
  for (const RewrittenFile& rewritten_file : files) write(rewritten_file.copy, rewritten_file.text);
  const Scratch object((folder / "object.o").string()), made(program.string());
  std::vector<std::string> words = purpose == For::debugger ? debugger_words() : compiler_words();
  const GivenFolder given = given_folder(file);
  words.insert(words.end(),
               {"-fmacro-prefix-map=" + given.full + "=" + given.given,  // __FILE__ is what the user wrote
                "-iquote", given.full, "-x", "c++", "-c", files.front().copy.string(), "-o", object.name()});
  call_compiler(words, file, object.name(), messages);
  // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
  words = linker_words(object.name(), made.name());
  call_compiler(words, file, object.name(), messages);
  fs::rename(made.name(), program);
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
