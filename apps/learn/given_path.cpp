// given_path.cpp - replaces the folder in front of names.
#include "apps/learn/given_path.h"

#include "apps/learn/compiler.h"

namespace gs::learn {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

GivenFolder given_folder(const std::filesystem::path& file) {
  const std::string full = std::filesystem::absolute(file).lexically_normal().parent_path().string();
  const std::string given = file.parent_path().string();
  const auto folder = [](const std::string& path) { return path.empty() || path.back() == '/' ? path : path + "/"; };
  return {folder(full), folder(given)};
}

std::string with_given_paths(std::string text, const std::filesystem::path& file) {
  const GivenFolder folder = given_folder(file);
  if (folder.full.size() > 1) text = replaced(std::move(text), folder.full, folder.given);
  return replaced(std::move(text), source_folder() + "/kernels/", "kernels/");
}

}  // namespace gs::learn
