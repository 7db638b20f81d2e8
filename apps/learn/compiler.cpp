// compiler.cpp - the words of the compiler's calls.
#include "apps/learn/compiler.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <system_error>

#include "apps/learn/placement.h"
#include "apps/learn/scratch.h"
#include "engine/core/cache_folder.h"
#include "kernels/common/check.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words_without_header() {
  std::vector<std::string> words = compiler_flags();
  const std::string sources = source_folder();
  words.insert(words.end(), {"-I", sources + "/kernels/sim/textbook/include", "-I", sources});
  return words;
}

fs::path plain_header() {
  return placement().sources / "kernels/sim/textbook/textbook.h";
}

std::string first_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// An installed program compiles its header ahead at its first use, into the user's cache: what was compiled ahead
/// elsewhere would not fit a prefix that is moved. g++ takes the header itself where NAME.gch is of another g++.
fs::path header_in_cache() {
  const auto cache = cache_folder();
  if (!cache) return plain_header();
  std::error_code error;
  const auto age_of = [&](const fs::path& file) {
    return std::to_string(fs::last_write_time(file, error).time_since_epoch().count());
  };
  std::vector<std::string> words = words_without_header();
  const std::string text = "#include \"" + plain_header().string() + "\"  // with a library of " +
                           age_of(placement().library) + ", a compiler of " + age_of(words.front()) + "\n";
  const fs::path header =
      *cache / "run" / ("textbook-" + std::to_string(std::hash<std::string>()(source_folder())) + ".h");
  const fs::path ahead = header.string() + ".gch";
  if (fs::exists(ahead, error) && first_line(header) + "\n" == text) return header;
  fs::create_directories(header.parent_path(), error);
  const Scratch new_header(header.string()), new_ahead(ahead.string());
  std::ofstream stream(new_header.name());
  stream << text;
  stream.close();
  words.insert(words.end(), {"-w", "-x", "c++-header", new_header.name(), "-o", new_ahead.name()});
  const simulator::Ended ended = simulator::run_program(words, simulator::Keep::errors);
  if (!stream || ended.status != 0 || ended.signal != 0) return plain_header();
  fs::remove(ahead, error);  // that of an older installation
  fs::rename(new_header.name(), header, error);
  if (!error) fs::rename(new_ahead.name(), ahead, error);
  return error ? plain_header() : header;
}

}  // namespace

std::vector<std::string> compiler_words() {
  std::vector<std::string> words = words_without_header();
  const fs::path& built = placement().header;
  words.insert(words.end(), {"-include", (built.empty() ? header_in_cache() : built).string()});
  return words;
}

std::vector<std::string> debugger_words() {
  // Variables stay in memory, and no step enters a function that only copies a structure. The header that was compiled
  // ahead does not fit.
  std::vector<std::string> words = words_without_header();
  words.insert(words.end(),
               {"-O0", "-felide-constructors", "-DGS_WITHOUT_COLUMNS", "-include", plain_header().string()});
  return words;
}

std::vector<std::string> linker_words(const std::string& object, const std::string& program) {
  // The undefined symbol brings in what begins and ends every program, also one that launches nothing.
  return {compiler_flags().front(),
          "-Wl,--undefined=gridstride_textbook_program",
          object,
          placement().library.string(),
          "-lgomp",
          "-o",
          program};
}

fs::path exercises_folder() {
  return placement().programs / "exercises";
}

fs::path ladders_folder() {
  return placement().programs / "ladders";
}

std::string source_folder() {
  return placement().sources.string();
}

}  // namespace gs::learn
