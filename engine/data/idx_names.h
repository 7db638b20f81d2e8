// idx_names.h - the four IDX files of a data set, by the names that MNIST, its like and EMNIST give them.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace gs {

/// The files of one set: "emnist-letters-" and "test" for emnist-letters-test-images-idx3-ubyte.
struct IdxSet {
  std::filesystem::path folder;
  std::string prefix;                ///< before "train"; empty for MNIST's own names
  std::string validation = "t10k";   ///< or "test"
};

/// The file of a split, "train" or IdxSet::validation: images-idx3 or images.idx3, plain or .gz. Throws UsageError if
/// there is none.
std::filesystem::path idx_images(const IdxSet&, const std::string& split);
std::filesystem::path idx_labels(const IdxSet&, const std::string& split);

/// The set in a folder; nullopt if there is none. Throws UsageError if there are several: a file then chooses one.
std::optional<IdxSet> idx_set_in(const std::filesystem::path& folder);

/// The set that a file belongs to; nullopt if its name is none of theirs.
std::optional<IdxSet> idx_set_of(const std::filesystem::path& file);

}  // namespace gs
