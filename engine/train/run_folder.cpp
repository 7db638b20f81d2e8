// run_folder.cpp - claiming a folder, and writing each file whole or not at all.
#include "engine/train/run_folder.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> run_files{
    "run.json",    "history.csv", "best.safetensors", "last.safetensors", "predictions.safetensors",
    "report.html", "curves.png"};
constexpr std::array<std::string_view, 3> profile_files{"profile.json", "profile.html", "trace.json"};

/// One of the files, or what is left of one whose writer was killed.
template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& files, const fs::path& file) {
  const std::string name = file.filename().string();
  return std::any_of(files.begin(), files.end(), [&](std::string_view ours) {
    return name == ours || name.rfind(std::string(ours) + ".part", 0) == 0;
  });
}

/// The first error that is met stays in `error`.
void remove_file(const fs::path& file, std::error_code& error) {
  std::error_code now;
  fs::remove(file, now);
  if (!error) error = now;
}

/// Removes what `profile RUN` left in RUN/profile-DEVICE: its three files, and the folder if nothing else is in it. A
/// run that somebody keeps there under such a name is no profile.
void remove_profiles_in(const fs::path& folder, std::error_code& error) {
  std::error_code listing;
  if (fs::exists(folder / "run.json", listing)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, listing))
    if (is_one_of(profile_files, entry.path())) remove_file(entry.path(), error);
  if (!error) error = listing;
  ::rmdir(folder.c_str());
}

[[noreturn]] void cannot_write(const fs::path& path, std::string_view reason) {
  throw Error(fmt::format("--out: cannot write to {}: {}", path.string(), reason));
}

}  // namespace

RunFolder::RunFolder(fs::path folder, bool overwrite) : folder_(std::move(folder)) {
  std::error_code error;
  const fs::file_status status = fs::status(folder_, error);
  if (fs::exists(status) && !fs::is_directory(status)) cannot_write(folder_, "it is not a folder");
  if (fs::is_directory(status)) {
    const bool empty = fs::is_empty(folder_, error);
    if (error) cannot_write(folder_, error.message());
    if (!empty && !overwrite)
      throw UsageError(
          fmt::format("{} is there already: --overwrite replaces it, --out DIR writes elsewhere", folder_.string()));
  }
  std::vector<fs::path> missing;
  for (fs::path p = fs::absolute(folder_).lexically_normal(); !p.empty() && !fs::exists(p, error) && !error;
       p = p.parent_path())
    missing.insert(missing.begin(), p);
  if (error) cannot_write(folder_, error.message());
  for (const fs::path& p : missing) {
    if (!fs::create_directory(p, error) && error) {
      for (auto made = made_.rbegin(); made != made_.rend(); ++made) ::rmdir(made->c_str());
      cannot_write(folder_, error.message());
    }
    made_.push_back(p);
  }
  if (::access(folder_.c_str(), W_OK | X_OK) != 0) cannot_write(folder_, std::strerror(errno));
}

RunFolder::~RunFolder() {
  if (written_) return;
  for (auto p = made_.rbegin(); p != made_.rend(); ++p)
    ::rmdir(p->c_str());  // fails, rightly, where something is inside
}

void RunFolder::begin(const std::string& run_json) {
  write_run(run_json);
  std::error_code error, listing;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, listing)) {
    const std::string name = entry.path().filename().string();
    if (name != "run.json" && (is_one_of(run_files, entry.path()) || is_one_of(profile_files, entry.path())))
      remove_file(entry.path(), error);
    if (name.starts_with("profile-") && fs::is_directory(entry.symlink_status())) remove_profiles_in(entry, error);
  }
  if (!error) error = listing;
  if (error) cannot_write(folder_, error.message());
}

void RunFolder::write_run(const std::string& run_json) {
  write_file(folder_ / "run.json", run_json);
  written_ = true;
}

void RunFolder::write_history(const std::vector<EpochResult>& history) {
  write_file(folder_ / "history.csv", history_csv(history));
}

void RunFolder::write_best(const Net& net, const Checkpoint& checkpoint) {
  save_checkpoint(folder_ / "best.safetensors", net, checkpoint);
}

void RunFolder::write_last(const Net& net, const Checkpoint& checkpoint) {
  save_checkpoint(folder_ / "last.safetensors", net, checkpoint);
}

void RunFolder::write_predictions(const SafeTensors& predictions) {
  write_safetensors(folder_ / "predictions.safetensors", predictions);
}

}  // namespace gs
