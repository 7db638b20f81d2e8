// duplicates.h - the same picture twice: in training and validation, or in two classes.
#pragma once
#include <string>
#include <vector>

#include "engine/data/dataset.h"

namespace gs {

/// An image of DataSplits.
struct ImagePlace {
  bool validates = false;
  int index = 0;  ///< in its split
};

struct ImagePair {
  ImagePlace first, second;
};

/// Images are the same if all their bytes are, in the size and channels in which the network gets them. So a copy with
/// another name, in another lossless format or with other metadata is found, and files without names (IDX, packed) are
/// compared, too. A JPEG that was compressed again is not found.
struct Duplicates {
  std::vector<ImagePair> across;    ///< each validation image that also trains, after the first of its kind in training
  std::vector<ImagePair> classes;   ///< each image that is also in another class, after the first of its kind
  std::vector<ImagePair> repeated;  ///< each image that its split and class have before it
};

/// In time proportional to the bytes. All lists are in the order of the images.
Duplicates find_duplicates(const DataSplits&);

/// The name of an image's file, or "training image 17", from 1.
std::string name_of(const DataSplits&, ImagePlace);

/// "2 images are in two classes (first: a/1.png and b/7.png)" for each kind of pair that is there.
std::vector<std::string> lines_of(const Duplicates&, const DataSplits&);

/// One line with counts and the first pair of each kind; empty if no image is in both splits or in two classes.
std::string summary_of(const Duplicates&, const DataSplits&);

}  // namespace gs
