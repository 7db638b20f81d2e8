// content.h - training images that differ too little to learn from.
#pragma once
#include <string>

#include "engine/data/dataset.h"

namespace gs {

/// A line if all images have one value, are equal, or use a range of fewer than 16 values of 256; else empty. Stops at
/// the first images that show it is not so.
std::string lack_of_content(const Dataset& training);

}  // namespace gs
