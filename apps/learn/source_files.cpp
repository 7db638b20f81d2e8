// source_files.cpp - looks for #include "..." and __global__ among the tokens.
#include "apps/learn/source_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "apps/learn/tokens.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

/// Empty if the file cannot be read.
std::string text_of_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

std::vector<std::string> included_names(const std::string& text) {
  std::vector<std::string> names;
  const std::vector<Token> tokens = tokens_of(text);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    const std::string_view name = tokens[i + 2].spelling;
    if (tokens[i].in_directive && tokens[i].is("#") && tokens[i + 1].is("include") && name.size() > 2 && name[0] == '"')
      names.emplace_back(name.substr(1, name.size() - 2));
  }
  return names;
}

/// The name before the ( of the parameters; -1 if there is none.
std::ptrdiff_t function_name(const std::vector<Token>& tokens, std::size_t after) {
  int depth = 0;
  for (std::size_t i = after; i < tokens.size() && !tokens[i].is(";") && !tokens[i].is("{"); ++i) {
    const bool attribute = i > 0 && (tokens[i - 1].is("__launch_bounds__") || tokens[i - 1].is("__attribute__"));
    if (tokens[i].is("(")) {
      if (depth == 0 && !attribute && tokens[i - 1].kind == Token::Kind::word) return std::ptrdiff_t(i) - 1;
      ++depth;
    }
    if (tokens[i].is(")")) --depth;
  }
  return -1;
}

}  // namespace

std::vector<fs::path> source_files(const fs::path& file) {
  const auto full = [](const fs::path& path) { return fs::absolute(path).lexically_normal(); };
  std::vector<fs::path> files = {full(file)};
  const auto add = [&](const fs::path& path) {
    if (std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
  };
  for (std::size_t i = 0; i < files.size(); ++i)
    for (const std::string& name : included_names(text_of_file(files[i]))) {
      const fs::path beside = full(files[i].parent_path() / name), beside_first = full(files[0].parent_path() / name);
      std::error_code error;
      const bool found = fs::exists(beside, error);
      add(beside);  // where the compiler looks first
      if (!found) add(beside_first);
    }
  return files;
}

std::vector<KernelName> kernel_names(const std::vector<fs::path>& files) {
  std::vector<KernelName> names;
  for (const fs::path& file : files) {
    const std::string text = text_of_file(file);
    const std::vector<Token> tokens = tokens_of(text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!tokens[i].is("__global__") || tokens[i].in_directive) continue;
      const std::ptrdiff_t at = function_name(tokens, i + 1);
      if (at < 0) continue;
      const std::string name(tokens[std::size_t(at)].spelling);
      const auto known = [&](const KernelName& other) { return other.file == file && other.name == name; };
      if (std::none_of(names.begin(), names.end(), known)) names.push_back({file, name});
    }
  }
  return names;
}

}  // namespace gs::learn
