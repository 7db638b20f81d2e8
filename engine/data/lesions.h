// lesions.h - synthetic:lesions, the built-in data set: pictures of two classes that look like dermoscopy photographs,
// drawn after the ABCD rule (asymmetry, border, colour, diameter). Made up; nothing medical follows from them. See
// docs/data.md.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gs::lesions {

/// Changes whenever a byte of a picture would change; part of the name of cached files.
inline constexpr int recipe_version = 1;

/// The data set is frozen: its seed is not the run's.
inline constexpr std::uint64_t data_seed = 1;

/// Training pictures are 0, 1, 2, ...; validation pictures begin here, so the two never meet.
inline constexpr std::uint64_t first_validation_index = std::uint64_t(1) << 20;

/// Even pictures are melanoma-like (label 0), odd ones nevus-like (label 1).
inline constexpr int label_of(std::uint64_t index) {
  return int(index & 1);
}
std::vector<std::string> class_names();  ///< mel, nev

/// Draws picture `index` of `seed` into rgb, size * size * 3 bytes. A pure function; about 5 ms at size 128.
void draw(std::uint64_t seed, std::uint64_t index, int size, std::uint8_t* rgb);

}  // namespace gs::lesions
