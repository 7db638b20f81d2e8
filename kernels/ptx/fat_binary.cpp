// fat_binary.cpp - format: a header, then entries, each with a header that gives its own size and its payload's.
#include "kernels/ptx/fat_binary.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "kernels/ptx/module.h"

namespace gs::ptx {
namespace {

template <class T>
T read_at(const unsigned char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// The number in ".target sm_90"; 0 if the text is not PTX or is compressed. Compressed text begins with readable
/// words, so every character is checked.
int target_of(std::string_view text) {
  const auto readable = [](char c) { return (c >= ' ' && c < 127) || c == '\n' || c == '\t' || c == '\r'; };
  if (!std::ranges::all_of(text, readable)) return 0;
  constexpr std::string_view word = ".target sm_";
  const std::size_t at = text.find(word);
  int target = 0;
  if (at != text.npos) std::from_chars(text.data() + at + word.size(), text.data() + text.size(), target);
  return target;
}

}  // namespace

std::string_view ptx_in(const void* fat_binary, int architecture) {
  constexpr std::uint32_t magic = 0xba55ed50;
  constexpr std::uint16_t kind_ptx = 1;
  const auto* const begin = static_cast<const unsigned char*>(fat_binary);
  if (read_at<std::uint32_t>(begin) != magic) throw PtxError("unknown fat binary format");
  const auto* at = begin + read_at<std::uint16_t>(begin + 6);
  const auto* const end = at + read_at<std::uint64_t>(begin + 8);
  constexpr std::uint64_t smallest_header = 16;
  if (at < begin + smallest_header || end < at) throw PtxError("a fat binary is damaged");
  std::string_view best;
  int best_target = 0;
  bool compressed = false;
  while (at < end) {
    const auto left = std::uint64_t(end - at);
    if (left < smallest_header) throw PtxError("a fat binary is damaged");
    const auto kind = read_at<std::uint16_t>(at);
    const auto header_bytes = read_at<std::uint32_t>(at + 4);
    const auto bytes = read_at<std::uint64_t>(at + 8);
    if (header_bytes < smallest_header || header_bytes > left || bytes > left - header_bytes)
      throw PtxError("a fat binary is damaged");
    if (kind == kind_ptx) {
      std::string_view text(reinterpret_cast<const char*>(at + header_bytes), bytes);
      text = text.substr(0, text.find('\0'));
      const int target = target_of(text);
      compressed |= target == 0;
      if (target <= architecture && target > best_target) best = text, best_target = target;
    }
    at += header_bytes + bytes;
  }
  if (best_target > 0) return best;
  throw PtxError(compressed ? "the PTX of a kernel file is compressed: nvcc must be given --no-compress"
                            : "a kernel file has no PTX for sm_" + std::to_string(architecture) + " or older");
}

}  // namespace gs::ptx
