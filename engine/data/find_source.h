// find_source.h - the kind of a source of data, by the names and the first bytes of its files.
#pragma once
#include <filesystem>
#include <optional>

#include "engine/data/idx_names.h"

namespace gs {

struct DataSource {
  enum class Kind { pictures, idx, cifar, arrays, packed };
  Kind kind = Kind::pictures;
  std::filesystem::path path;   ///< of the folder or file itself: below the one that was asked about, perhaps
  std::optional<IdxNames> idx;  ///< of Kind::idx
};

/// The source at a path, or below it where downloads put it: MNIST/raw, cifar-10-batches-bin. A folder of nothing else
/// that is known holds pictures. Throws UsageError if nothing is there, or what is there is not read: an
/// archive, CIFAR's python version, a single .npy file.
DataSource find_source(const std::filesystem::path&);

}  // namespace gs
