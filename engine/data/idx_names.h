// idx_names.h - the names that MNIST and its like give their four files, and where the files lie.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace gs {

/// A set of IDX files in one folder: PREFIXtrain-images-idx3-ubyte and three more, each plain or .gz, also with a dot
/// before "idx".
struct IdxNames {
  std::filesystem::path folder;
  std::string prefix;               ///< "emnist-letters-"; empty for MNIST
  std::string validation = "t10k";  ///< or "test", as EMNIST says

  /// `split`: "train" or `validation`; `kind`: "images-idx3" or "labels-idx1". Empty if the file does not exist.
  std::filesystem::path find(const std::string& split, const std::string& kind) const;
};

/// The IDX files that --data PATH means: those in the folder PATH, in PATH/raw or PATH/X/raw (torchvision puts them
/// into MNIST/raw), or those with the prefix PATH. nullopt if there are none. Throws UsageError if there are several
/// sets.
std::optional<IdxNames> find_idx(const std::filesystem::path&);

}  // namespace gs
