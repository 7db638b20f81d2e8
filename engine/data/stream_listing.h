// stream_listing.h - the pictures of a listing as streams, after all have been decoded once.
#pragma once
#include <optional>
#include <string>

#include "engine/data/folder.h"

namespace gs {

/// The memory that images may take before they are left to a stream.
struct ImageRoom {
  double bytes = 0;
  std::string words;  ///< "a third of 23.5 GiB"
};
/// A third of what this process may use, since on `cpu` the device holds a second copy; of a device with memory of its
/// own at most four fifths, if that is less.
ImageRoom room_for_images(double memory_limit, std::optional<std::size_t> device_bytes);

/// Decodes every picture and keeps what is seen: faults, the range of 16-bit pictures, a checksum of each and of all.
/// So broken pictures are named before training, and the checksum is that of the same images in memory. Takes broken
/// ones out of the listing, as leave_out_broken(). The splits have no names of files.
DataSplits stream_listing(FolderListing&, const ReaderContext&, ImageSize, int channels);

}  // namespace gs
