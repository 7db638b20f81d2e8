// stream_listing.h - the pictures of a listing as streams, after all have been decoded once.
#pragma once
#include "engine/data/folder.h"

namespace gs {

/// Whether images of so many bytes in all are left to a stream where memory is so limited: more than a third, since on
/// `cpu` the device holds a second copy.
inline constexpr bool needs_stream(double image_bytes, double memory_limit) {
  return image_bytes > memory_limit / 3;
}

/// Decodes every picture and keeps what is seen: faults, the range of 16-bit pictures, a checksum of each and of all.
/// So broken pictures are named before training, and the checksum is that of the same images in memory. Takes broken
/// ones out of the listing, as leave_out_broken(). The splits have no names of files.
DataSplits stream_listing(FolderListing&, const ReaderContext&, ImageSize, int channels);

}  // namespace gs
