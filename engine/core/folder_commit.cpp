// folder_commit.cpp - a redo log of names.
#include "engine/core/folder_commit.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_field.h"
#include "engine/core/json_text.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr const char *log_file = FolderCommit::log_file, *new_suffix = ".next";

fs::path next_of(const fs::path& folder, const std::string& name) {
  return folder / (name + new_suffix);
}

/// A disk that cannot say whether a file is there must not pass for one without it: old and new files would be mixed.
bool is_there(const fs::path& file) {
  std::error_code error;
  const bool there = fs::exists(file, error);
  if (error) throw Error(fmt::format("cannot read {}: {}", file.string(), error.message()));
  return there;
}

/// Names as a commit file lists them. A name of another folder is refused: the file may come from anywhere.
std::vector<std::string> names_of(const JsonField& log, const std::string& key) {
  const JsonField list = log[key];
  const auto names = list.get<std::vector<std::string>>();
  for (const std::string& name : names)
    if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos)
      list.refuse("a list of names of files in this folder");
  return names;
}

struct Log {
  std::vector<std::string> replaced, removed;
};

std::optional<Log> read_log(const fs::path& folder) {
  const fs::path file = folder / log_file;
  if (!is_there(file)) return std::nullopt;
  const nlohmann::json json = read_json(file);
  const JsonField log(json, file.string());
  return Log{names_of(log, "replaced"), names_of(log, "removed")};
}

void remove_if_there(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    throw Error(fmt::format("cannot remove {}: {}", file.string(), std::strerror(errno)));
}

}  // namespace

void complete_commit(const fs::path& folder) {
  const std::optional<Log> log = read_log(folder);
  if (!log) return;
  for (const std::string& name : log->replaced)
    if (::rename(next_of(folder, name).c_str(), (folder / name).c_str()) != 0 && errno != ENOENT)
      throw Error(fmt::format("cannot replace {}: {}", (folder / name).string(), std::strerror(errno)));
  for (const std::string& name : log->removed) remove_if_there(folder / name);
  sync_folder(folder);
  remove_if_there(folder / log_file);
  sync_folder(folder);
}

fs::path committed_file(const fs::path& folder, const std::string& name) {
  if (const auto log = read_log(folder)) {
    if (std::ranges::count(log->removed, name)) return {};
    if (std::ranges::count(log->replaced, name) && is_there(next_of(folder, name))) return next_of(folder, name);
  }
  return is_there(folder / name) ? folder / name : fs::path();
}

FolderCommit::FolderCommit(fs::path folder) : folder_(std::move(folder)) {
  complete_commit(folder_);
}

FolderCommit::~FolderCommit() {
  if (committed_) return;
  for (const std::string& name : replaced_) ::unlink(next_of(folder_, name).c_str());
}

void FolderCommit::replace(const std::string& name, std::span<const std::span<const std::byte>> pieces) {
  replaced_.insert(name);
  write_on_disk(next_of(folder_, name), pieces);
}

void FolderCommit::replace(const std::string& name, std::string_view text) {
  const std::span<const std::byte> piece = std::as_bytes(std::span(text.data(), text.size()));
  replace(name, std::span(&piece, 1));
}

void FolderCommit::keep(const std::string& from, const std::string& name) {
  if (!is_there(folder_ / from)) return;
  const fs::path next = next_of(folder_, name);
  remove_if_there(next);
  replaced_.insert(name);
  std::error_code error;
  fs::create_hard_link(folder_ / from, next, error);
  if (error) replace(name, read_text(folder_ / from));  // as on FAT
}

void FolderCommit::remove(const std::string& name) {
  removed_.insert(name);
}

void FolderCommit::commit() {
  if (replaced_.empty() && removed_.empty()) return;
  sync_folder(folder_);
  write_file(folder_ / log_file, json_text(nlohmann::json{{"replaced", replaced_}, {"removed", removed_}}) + "\n");
  committed_ = true;
  complete_commit(folder_);
}

}  // namespace gs
