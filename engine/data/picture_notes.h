// picture_notes.h - what users should know of how the pictures of a source were decoded.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/opencv_module.h"

namespace gs {

/// The bits that all pictures of 16 bits get, so that they have one scale: the most that one needs; 0 if there is none.
int common_range(const std::vector<DecodedPicture>&);

/// A line for each kind of change that was made to some of the pictures. `chosen`: the range was asked for.
std::vector<std::string> notes_on(const std::vector<DecodedPicture>&, const std::vector<std::filesystem::path>& files,
                                  bool chosen);

}  // namespace gs
