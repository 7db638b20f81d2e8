// shape.h - the extents of one image, feature map or vector.
#pragma once
#include <cstdint>
#include <string>

namespace gs {

/// A vector is {1, 1, length}.
struct Shape {
  int h = 1, w = 1, c = 1;
  std::int64_t size() const { return std::int64_t(h) * w * c; }
  bool operator==(const Shape&) const = default;
};

/// "24x24x16", or "10" for a vector.
std::string extents(const Shape&);

}  // namespace gs
