// run_directory.cpp - claiming a folder, and its files by their names.
#include "engine/train/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/pretty_json.h"
#include "engine/train/history_csv.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr const char *record_file = "run.json", *history_file = "history.csv", *best_file = "best.safetensors",
                     *last_file = "last.safetensors", *predictions_file = "predictions.safetensors";
constexpr std::array<std::string_view, 7> run_files{record_file,      history_file,  best_file,   last_file,
                                                    predictions_file, "report.html", "curves.png"};
constexpr std::array<std::string_view, 3> profile_files{"profile.json", "profile.html", "trace.json"};

/// True for one of the files, or for the partial file that a killed writer left.
template <std::size_t count>
bool is_one_of(const std::array<std::string_view, count>& files, const fs::path& file) {
  const std::string name = file.filename().string();
  return std::any_of(files.begin(), files.end(), [&](std::string_view ours) {
    return name == ours || name.rfind(std::string(ours) + ".part", 0) == 0;
  });
}

/// `error` keeps the first error.
void remove_file(const fs::path& file, std::error_code& error) {
  std::error_code now;
  fs::remove(file, now);
  if (!error) error = now;
}

/// Removes the three files of `profile RUN` in RUN/profile-DEVICE, and the folder if it is then empty. Skips a folder
/// that holds a run (run.json) under such a name.
void remove_profiles_in(const fs::path& folder, std::error_code& error) {
  std::error_code listing;
  if (fs::exists(folder / record_file, listing)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, listing))
    if (is_one_of(profile_files, entry.path())) remove_file(entry.path(), error);
  if (!error) error = listing;
  ::rmdir(folder.c_str());
}

[[noreturn]] void cannot_write(const fs::path& path, std::string_view reason) {
  throw Error(fmt::format("--out: cannot write to {}: {}", path.string(), reason));
}

bool is_there(const fs::path& file) {
  std::error_code unreadable;
  return fs::exists(file, unreadable);
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  if (!in) throw Error(fmt::format("cannot read {}", path.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

RunDirectory::~RunDirectory() {
  if (written_) return;
  for (auto p = made_.rbegin(); p != made_.rend(); ++p) ::rmdir(p->c_str());  // fails if it is not empty, as intended
}

// ---- reading ----

RunRecord RunDirectory::record() const {
  const fs::path file = path_ / record_file;
  if (!is_there(file))
    throw UsageError(fmt::format("{} is not the folder of a run: there is no {}", path_.string(), file.string()));
  const nlohmann::json json = parse_json(text_of(file), file.string());
  return parse_run_record(JsonField(json, file.string()));
}

std::optional<RunRecord> RunDirectory::record_if_any() const {
  if (!is_there(path_ / record_file)) return std::nullopt;
  return record();
}

std::vector<EpochResult> RunDirectory::history() const try {
  return parse_history_csv(text_of(path_ / history_file));
} catch (const Error& error) {
  throw Error(fmt::format("{}: {}", path_.string(), error.what()));
}

Checkpoint RunDirectory::best(const Net& net) const {
  return load_checkpoint(path_ / best_file, net);
}

Checkpoint RunDirectory::last(const Net& net) const {
  return load_checkpoint(path_ / last_file, net);
}

bool RunDirectory::has_last() const {
  return is_there(path_ / last_file);
}

SafeTensors RunDirectory::predictions() const {
  return read_safetensors(path_ / predictions_file);
}

bool RunDirectory::has_predictions() const {
  return is_there(path_ / predictions_file);
}

// ---- writing ----

void RunDirectory::claim(bool overwrite) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_directory(status)) cannot_write(path_, "it is not a folder");
  if (fs::is_directory(status)) {
    const bool empty = fs::is_empty(path_, error);
    if (error) cannot_write(path_, error.message());
    if (!empty && !overwrite)
      throw UsageError(
          fmt::format("{} already exists: --overwrite replaces it, --out DIR writes elsewhere", path_.string()));
  }
  make_missing_folders();
  if (::access(path_.c_str(), W_OK | X_OK) != 0) cannot_write(path_, std::strerror(errno));
}

void RunDirectory::make_missing_folders() {
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path p = fs::absolute(path_).lexically_normal(); !p.empty() && !fs::exists(p, error) && !error;
       p = p.parent_path())
    missing.insert(missing.begin(), p);
  if (error) cannot_write(path_, error.message());
  for (const fs::path& p : missing) {
    if (!fs::create_directory(p, error) && error) cannot_write(path_, error.message());  // the destructor removes them
    made_.push_back(p);
  }
}

void RunDirectory::begin(const nlohmann::ordered_json& record) {
  write_record(record);
  std::error_code error, listing;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, listing)) {
    const std::string name = entry.path().filename().string();
    if (name != record_file && (is_one_of(run_files, entry.path()) || is_one_of(profile_files, entry.path())))
      remove_file(entry.path(), error);
    if (name.starts_with("profile-") && fs::is_directory(entry.symlink_status())) remove_profiles_in(entry, error);
  }
  if (!error) error = listing;
  if (error) cannot_write(path_, error.message());
}

void RunDirectory::write_record(const nlohmann::ordered_json& record) {
  write_file(path_ / record_file, pretty(record) + "\n");
  written_ = true;
}

void RunDirectory::write_history(const std::vector<EpochResult>& history) {
  write_file(path_ / history_file, history_csv(history));
}

void RunDirectory::write_best(const Net& net, const Checkpoint& checkpoint) {
  save_checkpoint(path_ / best_file, net, checkpoint);
}

void RunDirectory::write_last(const Net& net, const Checkpoint& checkpoint) {
  save_checkpoint(path_ / last_file, net, checkpoint);
}

void RunDirectory::write_predictions(const SafeTensors& predictions) {
  write_safetensors(path_ / predictions_file, predictions);
}

}  // namespace gs
