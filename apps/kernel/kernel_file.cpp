// kernel_file.cpp - the rewriter of `gridstride run`, the C++ compiler that built this program, and dlopen().
#include "apps/kernel/kernel_file.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "apps/kernel/compiler.h"
#include "apps/learn/rewrite.h"
#include "engine/core/cache_folder.h"
#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "kernels/sim/simulator.h"
#include "kernels/sim/spawn.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) throw UsageError(fmt::format("--kernel: {}: no such file", file.string()));
  if (!fs::is_regular_file(file, error)) throw UsageError(fmt::format("--kernel: {}: not a file", file.string()));
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw UsageError(fmt::format("--kernel: {}: cannot be read: {}", file.string(), std::strerror(errno)));
  return text.str();
}

std::string checksum_of(const std::string& text) {
  return Checksum().add_values(text.data(), text.size()).hex();
}

void call(const std::vector<std::string>& words, const std::string& file) {
  const simulator::Ended ended = simulator::run_program(words, simulator::Keep::errors);
  std::fputs(ended.text.c_str(), stderr);
  if (ended.status != 0 || ended.signal != 0)
    throw UsageError(fmt::format("--kernel: {} does not compile; the first message above says why", file));
}

/// Compiles `text`, the content of `file`, to a library in a folder of the user's cache.
std::string compiled_library(const std::string& file, const std::string& text) {
  const fs::path full = fs::absolute(file).lexically_normal();
  const std::string source = learn::rewritten(text, full.string());
  const fs::path folder = cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "kernel" /
                          (full.stem().string() + "-" + checksum_of(full.string()));
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  const bool checked = simulator::checker_present();
  const std::string part = "." + std::to_string(getpid());
  const std::string cpp = (folder / "source.cpp").string() + part, object = (folder / "object.o").string() + part;
  const std::string made = (folder / "made.so").string() + part;
  {
    std::ofstream stream(cpp, std::ios::binary);
    stream << source;
    if (!stream.flush()) throw Error(fmt::format("{}: cannot be written: {}", cpp, std::strerror(errno)));
  }
  std::vector<std::string> words = kernel_compiler_words(checked);
  words.insert(words.end(), {"-iquote", full.parent_path().string(), "-x", "c++", "-c", cpp, "-o", object});
  try {
    call(words, file);
    // Linked by a call of its own: with -fsanitize=thread the compiler would add ThreadSanitizer's library.
    call(kernel_linker_words(object, made), file);
  } catch (...) {
    for (const std::string& left : {cpp, object, made}) fs::remove(left, error);
    throw;
  }
  fs::remove(cpp, error);
  fs::remove(object, error);
  // It keeps its place, for the checker reads the source lines from it when it reports.
  const fs::path library = folder / fmt::format("{}{}.so", checksum_of(source), checked ? "-checked" : "");
  fs::rename(made, library);
  return library.string();
}

}  // namespace

KernelFile::KernelFile(const std::string& path) : path_(path), content_(text_of_file(path)) {
  library_file_ = compiled_library(path_, content_);
  library_ = dlopen(library_file_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library_) throw UsageError(fmt::format("--kernel: {} cannot be loaded: {}", path_, dlerror()));
  if (void* const inside = dlsym(library_, "gridstride_loaded_textbook")) simulator::note_module(inside);
}

std::string KernelFile::name() const {
  return fs::path(path_).filename().string();
}
std::string KernelFile::checksum() const {
  return checksum_of(content_);
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
