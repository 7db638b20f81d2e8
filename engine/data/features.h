// features.h - hand-crafted image features to train on instead of pixels.
#pragma once
#include "engine/data/dataset.h"

namespace gs {

/// Histograms of oriented gradients (Dalal and Triggs 2005, OpenCV's descriptor). Images are resized to 128x128; cells
/// of 16x16 pixels, blocks of 2x2 cells with a stride of one cell, 9 directions: hog_length values per image, each in
/// [0, 1] and stored as a byte, 255 times the value. Labels are copied. Throws as opencv_module().
Dataset hog_features(const Dataset& images);

inline constexpr int hog_length = 7 * 7 * 4 * 9;

}  // namespace gs
