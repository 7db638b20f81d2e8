// picture_stream.cpp - a picture that changes while a run uses it is an error: its bits would be those of no data set.
#include "engine/data/picture_stream.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/data/decode_image.h"

namespace gs {

void PictureStream::decode(std::size_t i, std::span<std::uint8_t> pixels) const {
  const DecodedPicture picture = decode_image(files.at(i), size, channels, range_bits);
  const std::vector<std::uint8_t>& decoded = picture.image.pixels;
  if (Checksum().add_values(decoded.data(), decoded.size()).value() != sums.at(i))
    throw Error(fmt::format("{} has changed since the pictures were first read", files[i].string()));
  std::copy(decoded.begin(), decoded.end(), pixels.begin());
}

}  // namespace gs
