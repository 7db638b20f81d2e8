// declared_extents.h - the size of a picture by its header, before anything is decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace gs {

struct DeclaredExtents {
  std::uint32_t height = 0, width = 0;
};

/// The extents of a png, jpg or bmp; nullopt for another format (a TIFF's size can be anywhere in the file) or a
/// damaged header.
std::optional<DeclaredExtents> declared_extents(std::span<const std::byte> file);

}  // namespace gs
