// lesions.h - synthetic:lesions, the built-in data set: images of two classes that resemble dermoscopy photographs,
// drawn by the ABCD rule (asymmetry, border, colour, diameter). They have no medical value. See docs/data.md.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/image.h"

namespace gs::lesions {

/// Changed with every change of an image's bytes; part of the names of cached files.
inline constexpr int recipe_version = 1;

/// The data set is frozen: its seed does not depend on the run's.
inline constexpr std::uint64_t data_seed = 1;

/// Training images have the indices 0, 1, 2, ...; validation images start here, so the two never overlap.
inline constexpr std::uint64_t first_validation_index = std::uint64_t(1) << 20;

/// Even images are melanoma-like (label 0), odd ones nevus-like (label 1).
inline constexpr int label_of(std::uint64_t index) {
  return int(index & 1);
}
std::vector<std::string> class_names();  ///< mel, nev

/// Draws image `index` of `seed` into `rgb`, size.h * size.w * 3 bytes; the scene is square, so another size squeezes
/// it, as a picture in a folder. A pure function; about 5 ms at size 128.
void draw(std::uint64_t seed, std::uint64_t index, ImageSize size, std::uint8_t* rgb);

}  // namespace gs::lesions
