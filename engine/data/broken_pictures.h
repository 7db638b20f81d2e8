// broken_pictures.h - pictures of a listing that cannot be decoded: refused, or with --skip-broken named and left out.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/folder.h"

namespace gs {

/// Training pictures first, as their faults lie.
std::vector<std::filesystem::path> paths_of(const FolderListing&);

/// Names the files with a fault in the listing's ledger, and takes them out of it. `faults`: a line for each of
/// paths_of(), empty if it was decoded. Throws UsageError unless the request skips broken pictures, and if a class lost
/// all that it had to train with.
void leave_out_broken(FolderListing&, const std::vector<std::string>& faults, const ReaderContext&);

}  // namespace gs
