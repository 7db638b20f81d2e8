// run_directory.cpp - claiming a folder, and its files by their names.
#include "engine/train/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_text.h"
#include "engine/core/pretty_json.h"
#include "engine/train/event_file.h"
#include "engine/train/history_csv.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr const char *record_file = "run.json", *history_file = "history.csv", *best_file = "best.safetensors",
                     *last_file = "last.safetensors", *previous_file = "previous.safetensors",
                     *predictions_file = "predictions.safetensors", *lock_file = "run.lock";
constexpr std::array<std::string_view, 8> run_files{record_file,   history_file,     best_file,     last_file,
                                                    previous_file, predictions_file, "report.html", "curves.png"};
constexpr std::uint64_t largest_history = 1ull << 30;  ///< bytes
constexpr std::array<std::string_view, 3> profile_files{"profile.json", "profile.html", "trace.json"};

bool is_one_of(std::span<const std::string_view> files, std::string_view name) {
  return std::ranges::find(files, name) != files.end();
}

/// True for a file of a run that a killed process had begun to write: NAME.next, NAME.part-...
bool is_begun(const fs::path& file) {
  std::string name = file.filename().string();
  const std::string whole = name;
  if (const auto part = name.rfind(".part"); part != name.npos) name.resize(part);
  if (name.ends_with(".next")) name.resize(name.size() - 5);
  return name != whole &&
         (is_one_of(run_files, name) || is_one_of(profile_files, name) || name == FolderCommit::log_file);
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
    if (is_one_of(profile_files, entry.path().filename().string()) || is_begun(entry.path()))
      remove_file(entry.path(), error);
  if (!error) error = listing;
  ::rmdir(folder.c_str());
}

[[noreturn]] void cannot_write(const fs::path& path, std::string_view reason) {
  throw Error(fmt::format("--out: cannot write to {}: {}", path.string(), reason));
}

}  // namespace

RunDirectory::~RunDirectory() {
  lock_.reset();
  if (written_) return;
  for (auto p = made_.rbegin(); p != made_.rend(); ++p) ::rmdir(p->c_str());  // fails if it is not empty, as intended
}

// ---- reading ----

fs::path RunDirectory::file(const std::string& name) const {
  return committed_file(path_, name);
}

RunRecord RunDirectory::record() const {
  auto record = record_if_any();
  if (!record)
    throw UsageError(
        fmt::format("{} is not the folder of a run: there is no {}", path_.string(), (path_ / record_file).string()));
  return *std::move(record);
}

std::optional<RunRecord> RunDirectory::record_if_any() const {
  const fs::path place = file(record_file);
  if (place.empty()) return std::nullopt;
  const nlohmann::json json = read_json(place);
  return parse_run_record(JsonField(json, (path_ / record_file).string()));
}

std::vector<EpochResult> RunDirectory::history() const try {
  const fs::path place = file(history_file);
  return parse_history_csv(read_text(place.empty() ? path_ / history_file : place, largest_history));
} catch (const Error& error) {
  throw Error(fmt::format("{}: {}", path_.string(), error.what()));
}

Checkpoint RunDirectory::checkpoint(const char* name, const Net& net) const {
  const fs::path place = file(name);
  return load_checkpoint(place.empty() ? path_ / name : place, net);
}

Checkpoint RunDirectory::best(const Net& net) const {
  return checkpoint(best_file, net);
}

Checkpoint RunDirectory::last(const Net& net) const {
  return checkpoint(last_file, net);
}

Checkpoint RunDirectory::previous(const Net& net) const {
  return checkpoint(previous_file, net);
}

bool RunDirectory::has_best() const {
  return !file(best_file).empty();
}

bool RunDirectory::has_last() const {
  return !file(last_file).empty();
}

bool RunDirectory::has_previous() const {
  return !file(previous_file).empty();
}

SafeTensors RunDirectory::predictions() const {
  const fs::path place = file(predictions_file);
  return read_safetensors(place.empty() ? path_ / predictions_file : place);
}

bool RunDirectory::has_predictions() const {
  return !file(predictions_file).empty();
}

// ---- writing ----

void RunDirectory::claim(bool overwrite) {
  open_folder();
  wait_for_lock();
  complete_commit(path_);
  remove_leftovers();
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error))
    if (!overwrite && entry.path().filename() != lock_file)
      throw UsageError(
          fmt::format("{} already exists: --overwrite replaces it, --out DIR writes elsewhere", path_.string()));
  if (error) cannot_write(path_, error.message());
}

std::string RunDirectory::holder() const {
  return ProcessLock::holder(path_ / lock_file);
}

bool RunDirectory::claim_if_free() {
  for (int tries = 3; !lock_; --tries) try {
      open_folder();
      if (!take_lock()) return false;
    } catch (const Error&) {
      std::error_code ignored;  // a process whose run failed at once has removed the folder again
      if (tries == 0 || fs::exists(path_, ignored)) throw;
    }
  complete_commit(path_);
  remove_leftovers();
  return true;
}

void RunDirectory::open_folder() {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_directory(status)) cannot_write(path_, "it is not a folder");
  make_missing_folders();
  if (::access(path_.c_str(), W_OK | X_OK) != 0) cannot_write(path_, std::strerror(errno));
}

bool RunDirectory::take_lock() {
  const fs::path file = path_ / lock_file;
  if (auto shared = ProcessLock::handed_over(file))
    lock_.emplace(*std::move(shared));
  else if (auto own = ProcessLock::take(file))
    lock_.emplace(*std::move(own));
  return lock_.has_value();
}

void RunDirectory::wait_for_lock() {
  // A process that has been told to stop, as the runs of a sweep that was killed, still writes its checkpoint.
  for (int tries = 30; tries > 0; --tries) {
    if (take_lock()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw UsageError(fmt::format("{} is being written by {}", path_.string(), holder()));
}

void RunDirectory::clear_up() {
  std::error_code listing;
  const fs::directory_iterator files(path_, listing);
  if (std::none_of(fs::begin(files), fs::end(files),
                   [](const fs::directory_entry& entry) {
                     const fs::path name = entry.path().filename();
                     return name == FolderCommit::log_file || name == lock_file || is_begun(entry.path());
                   }) ||
      !take_lock())
    return;
  complete_commit(path_);
  remove_leftovers();
  lock_.reset();
}

/// Files that a killed process had begun.
void RunDirectory::remove_leftovers() const {
  std::error_code listing, ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, listing))
    if (is_begun(entry.path())) fs::remove(entry.path(), ignored);
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

void RunDirectory::note_death(const std::string& message) noexcept {
  change_status("running", "failed", message);
}

void RunDirectory::note_no_fault() noexcept {
  change_status("failed", "interrupted", "");
}

void RunDirectory::change_status(const char* from, const char* to, const std::string& message) noexcept try {
  const fs::path place = file(record_file);
  if (place.empty()) return;
  nlohmann::ordered_json record = read_ordered_json(place);
  if (record.value("status", "") != from) return;
  record["status"] = to;
  record["message"] = message;
  FolderCommit change(path_);
  change.replace(record_file, pretty(record) + "\n");
  change.commit();
} catch (const std::exception&) {
}

void RunDirectory::begin(const nlohmann::ordered_json& record) {
  std::error_code error, listing;
  FolderCommit change(path_);
  change.replace(record_file, pretty(record) + "\n");
  std::vector<fs::path> profiles;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, listing)) {
    const std::string name = entry.path().filename().string();
    if (name != record_file &&
        (is_one_of(run_files, name) || is_one_of(profile_files, name) || name.starts_with(event_file_prefix)))
      change.remove(name);
    if (name.starts_with("profile-") && fs::is_directory(entry.symlink_status())) profiles.push_back(entry.path());
  }
  if (listing) cannot_write(path_, listing.message());
  change.commit();
  written_ = true;
  for (const fs::path& folder : profiles) remove_profiles_in(folder, error);
  if (error) cannot_write(path_, error.message());
}

void RunChange::record(const nlohmann::ordered_json& record) {
  change_.replace(record_file, pretty(record) + "\n");
}

void RunChange::history(const std::vector<EpochResult>& history) {
  change_.replace(history_file, history_csv(history));
}

void RunChange::best(const Net& net, const Checkpoint& checkpoint) {
  save_checkpoint(change_, best_file, net, checkpoint);
}

void RunChange::last(const Net& net, const Checkpoint& checkpoint) {
  change_.keep(last_file, previous_file);
  save_checkpoint(change_, last_file, net, checkpoint);
}

void RunChange::predictions(const SafeTensors& predictions) {
  write_safetensors(change_, predictions_file, predictions);
}

void RunChange::commit() {
  change_.commit();
  directory_.written_ = true;
}

}  // namespace gs
