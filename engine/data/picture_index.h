// picture_index.h - the pictures of a folder, by the names that a table gives them.
#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace gs {

/// Finds pictures by their names with or without ending, and with or without folders: part_1/a.jpg by a, a.jpg, a.png,
/// part_1/a, and images/part_1/a.jpg; but not by part_2/a.jpg, which is another picture. a.jpg by images/a.jpg.
class PictureIndex {
 public:
  /// `names`: paths relative to one folder, with '/'.
  explicit PictureIndex(const std::vector<std::string>& names);

  /// Positions in `names` of the pictures that the name may mean; empty if there is none. An exact name is preferred.
  std::vector<std::size_t> find(const std::string& name) const;

 private:
  using Positions = std::unordered_map<std::string, std::vector<std::size_t>>;
  /// By a path or an end of it.
  std::vector<std::size_t> named(const std::string& end) const;

  Positions by_name_, by_stem_;
  std::vector<bool> in_folder_;  ///< of each picture
};

}  // namespace gs
