// read_in_pieces.h - bytes of a file that may hold less than it declares.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace gs {

/// `size` bytes. Memory is taken as they arrive: `read(to, count)` fills a piece, and throws if the file ends before.
template <class Read>
std::vector<std::uint8_t> read_in_pieces(std::uint64_t size, Read read) {
  constexpr std::uint64_t piece = 64 << 20;
  std::vector<std::uint8_t> values;
  values.reserve(size);
  while (values.size() < size) {
    const std::size_t begin = values.size();
    values.resize(std::min(size, begin + piece));
    read(&values[begin], values.size() - begin);
  }
  return values;
}

}  // namespace gs
