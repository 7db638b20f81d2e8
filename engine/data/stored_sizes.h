// stored_sizes.h - the sizes and colours of pictures, for a look at data before training.
#pragma once
#include <cstdint>
#include <map>
#include <utility>

#include "engine/data/dataset.h"

namespace gs {

/// Height and width -> number of pictures.
using SizeCounts = std::map<std::pair<int, int>, int>;

/// The sizes of the pictures as their files hold them; of images that are no files of their own, the size in `data`.
/// Reads the files again, on all threads. One that has gone since it was loaded is left out.
SizeCounts stored_sizes(const DataSplits& data);

/// Images whose pixels are all grey: red, green and blue are the same.
int grey_images(const DataSplits& data);

}  // namespace gs
