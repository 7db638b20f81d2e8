// kernel_file.cpp - the rewriter of `gridstride run`, the C++ compiler that built this program, and dlopen().
#include "apps/kernel/kernel_file.h"

#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "apps/kernel/compiler.h"
#include "apps/learn/rewrite/rewrite.h"
#include "apps/learn/rewrite/source_file.h"
#include "engine/core/cache_folder.h"
#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/core/parse_number.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/source.h"
#include "kernels/sim/spawn.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) throw UsageError(fmt::format("--kernel: {}: no such file", file.string()));
  if (!fs::is_regular_file(file, error)) throw UsageError(fmt::format("--kernel: {}: not a file", file.string()));
  const std::optional<std::string> text = simulator::text_of_file(file);
  if (!text) throw UsageError(fmt::format("--kernel: {}: cannot be read: {}", file.string(), std::strerror(errno)));
  return *text;
}

std::string checksum_of(const std::string& text) {
  return Checksum().add_values(text.data(), text.size()).hex();
}

[[noreturn]] void does_not_compile(const std::string& file) {
  throw UsageError(fmt::format("--kernel: {} does not compile; the first message above says why", file));
}

void call(const std::vector<std::string>& words, const std::string& file) {
  const simulator::Ended ended = simulator::run_program(words, simulator::Keep::errors);
  std::fputs(ended.text.c_str(), stderr);
  if (ended.signal != 0)
    throw Error(fmt::format("--kernel: {}: {} was ended by signal {}", file, words.front(), ended.signal));
  if (ended.status != 0) does_not_compile(file);
}

/// The file, and those beside it that it includes, as C++; the first one is the file itself.
std::vector<learn::RewrittenFile> rewritten(const std::string& file, const fs::path& folder) {
  try {
    return learn::rewritten(file, folder);
  } catch (const learn::WrongSource& error) {
    std::fprintf(stderr, "%s\n", error.what());
    does_not_compile(file);
  }
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw Error(fmt::format("{}: cannot be written: {}", file.string(), std::strerror(errno)));
}

/// Removes the folders of processes that were ended while they compiled: a folder's name is the process's number.
void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto process = parse_number<pid_t>(entry.path().filename().string());
    if (process && *process > 0 && ::kill(*process, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), error);
  }
}

struct Compiled {
  std::string library;  ///< a file in a folder of the user's cache
  std::string sources;  ///< the file's text, and that of those beside it that it includes
};
Compiled compiled(const std::string& file) {
  const fs::path full = fs::absolute(file).lexically_normal();
  const fs::path folder = cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "kernel" /
                          (full.stem().string() + "-" + checksum_of(full.string()));
  const fs::path here = folder / std::to_string(getpid());  // other processes may compile the file, too
  const std::string object = (here / "object.o").string(), made = (here / "made.so").string();
  const bool checked = simulator::checker_present();
  std::error_code error;
  if (!fs::exists(loaded_library(), error))
    throw UsageError(
        fmt::format("--kernel: {} is missing, which each file is linked with: './gridstride build sim' "
                    "makes it, in Gridstride's own folder",
                    loaded_library()));
  remove_leftovers(folder);
  fs::create_directories(here, error);
  if (error) throw Error(fmt::format("{}: cannot be made: {}", here.string(), error.message()));
  try {
    std::string all, sources;
    const std::vector<learn::RewrittenFile> files = rewritten(file, here);
    for (const learn::RewrittenFile& one : files) {
      write(one.copy, one.text);
      all += one.text;
      sources += text_of_file(one.original);
    }
    std::vector<std::string> words = kernel_compiler_words(checked);
    words.insert(words.end(), {"-iquote", full.parent_path().string(), "-x", "c++", "-c", files.front().copy.string(),
                               "-o", object});
    call(words, file);
    // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
    call(kernel_linker_words(object, made), file);
    // It keeps its place, for the checker reads the source lines from it when it reports. The next version of the file
    // takes the place.
    const std::string end = checked ? "-checked.so" : "-fast.so";
    const fs::path library = folder / (checksum_of(all) + end);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (entry.path().string().ends_with(end) && entry.path() != library) fs::remove(entry.path(), error);
    fs::rename(made, library);
    fs::remove_all(here, error);
    return {library.string(), sources};
  } catch (...) {
    fs::remove_all(here, error);
    throw;
  }
}

}  // namespace

KernelFile::KernelFile(const std::string& path) : path_(path) {
  text_of_file(path_);  // throws for a folder or a missing file, before anything is compiled
  Compiled made = compiled(path_);
  library_file_ = std::move(made.library);
  sources_ = std::move(made.sources);
  library_ = dlopen(library_file_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library_) throw UsageError(fmt::format("--kernel: {} cannot be loaded: {}", path_, dlerror()));
  if (void* const inside = dlsym(library_, "gridstride_loaded_textbook")) simulator::note_module(inside);
}

std::string KernelFile::name() const {
  return fs::path(path_).filename().string();
}
std::string KernelFile::checksum() const {
  return checksum_of(sources_);
}

void* KernelFile::symbol(const std::string& mangled) const {
  return dlsym(library_, mangled.c_str());
}

std::string KernelFile::functions_called(const std::string& name) const {
  std::istringstream lines(
      simulator::run_program({"nm", "-D", "-C", "--defined-only", library_file_}, simulator::Keep::output).text);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (const auto at = line.find(" T " + name + "("); at != line.npos)
      found += (found.empty() ? "" : ", ") + line.substr(at + 3);
  return found;
}

}  // namespace gs::apps
