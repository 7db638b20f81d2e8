// features.h - numbers made of images by hand, to train on in place of the pixels.
#pragma once
#include "engine/data/dataset.h"

namespace gs {

/// Histograms of oriented gradients (Dalal and Triggs 2005, OpenCV's descriptor): the image at 128x128, cells of 16x16
/// pixels, blocks of 2x2 cells at every cell, 9 directions: 7 * 7 * 4 * 9 = 1764 values an image, each in [0, 1] and
/// kept in a byte as pixels are. Labels stay.
Dataset hog_features(const Dataset& images);

}  // namespace gs
