// folder_commit.h - replaces and removes several files of a folder as one: after a crash or a loss of power the folder
// is as it was before, or as it is after, never between.
//
// The new files are written as NAME.next. Then the file `commit`, which lists what is to be replaced and removed, takes
// its name: from here on the change is done. What follows (renaming, removing) can be repeated, so whoever changes the
// folder next completes it. Each step is on the disk before the next begins.
#pragma once
#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace gs {

/// One change of a folder, which only one process may change at a time.
class FolderCommit {
 public:
  /// The file that says which names a committed change gives. Nothing else in the folder may have this name.
  static constexpr const char* log_file = "commit";

  /// Completes a change that a dead process left (complete_commit()).
  explicit FolderCommit(std::filesystem::path folder);
  /// Removes the new files if they were not committed.
  ~FolderCommit();
  FolderCommit(const FolderCommit&) = delete;
  FolderCommit& operator=(const FolderCommit&) = delete;

  /// The file `name` will have this content. Throws gs::Error that names the file and the reason.
  void replace(const std::string& name, std::span<const std::span<const std::byte>> pieces);
  void replace(const std::string& name, std::string_view text);
  /// The file `name` will be what `from` is before the change, if that is there: under both names until `from` is
  /// replaced, so it costs no copy.
  void keep(const std::string& from, const std::string& name);
  /// The file `name` will be gone, if it is there.
  void remove(const std::string& name);

  /// Throws gs::Error if the change, or its completion, cannot be written.
  void commit();

 private:
  std::filesystem::path folder_;
  std::set<std::string> replaced_, removed_;
  bool committed_ = false;
};

/// Completes a change that a dead process left. Throws gs::Error.
void complete_commit(const std::filesystem::path& folder);

/// The place of the file `name`: NAME.next if a committed change has not been completed; empty if there is none.
/// Changes nothing, so readers may call it while another process writes.
std::filesystem::path committed_file(const std::filesystem::path& folder, const std::string& name);

}  // namespace gs
