// check_fits.h - checks images and labels against the network that is to read them.
#pragma once
#include "engine/data/dataset.h"
#include "engine/net/net.h"

namespace gs {

/// Throws UsageError if the images' extents are not the network's input, if a label is not a class, or if the data
/// are not whole (check_whole()). `name`: "training images".
void check_fits(const Dataset&, const Net&, const char* name);

}  // namespace gs
