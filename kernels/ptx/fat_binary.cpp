// fat_binary.cpp - format: a header, then entries, each with a header that gives its own size, its payload's and the
// architecture.
#include "kernels/ptx/fat_binary.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <vector>

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

struct Entry {
  enum Kind : std::uint16_t { ptx = 1, machine_code = 2 };
  std::uint16_t kind;
  std::uint32_t architecture;
  std::string_view bytes;
};

std::vector<Entry> entries_of(const void* fat_binary) {
  constexpr std::uint32_t magic = 0xba55ed50;
  constexpr std::uint64_t smallest_header = 32;
  const auto* const begin = static_cast<const unsigned char*>(fat_binary);
  if (read_at<std::uint32_t>(begin) != magic) throw PtxError("unknown fat binary format");
  const auto* at = begin + read_at<std::uint16_t>(begin + 6);
  const auto* const end = at + read_at<std::uint64_t>(begin + 8);
  if (at < begin + 16 || end < at) throw PtxError("a fat binary is damaged");
  std::vector<Entry> entries;
  while (at < end) {
    const auto left = std::uint64_t(end - at);
    if (left < smallest_header) throw PtxError("a fat binary is damaged");
    const auto header_bytes = read_at<std::uint32_t>(at + 4);
    const auto bytes = read_at<std::uint64_t>(at + 8);
    if (header_bytes < smallest_header || header_bytes > left || bytes > left - header_bytes)
      throw PtxError("a fat binary is damaged");
    entries.push_back({read_at<std::uint16_t>(at),
                       read_at<std::uint32_t>(at + 28),
                       {reinterpret_cast<const char*>(at + header_bytes), bytes}});
    at += header_bytes + bytes;
  }
  return entries;
}

}  // namespace

std::string_view ptx_in(const void* fat_binary, int architecture) {
  std::string_view best;
  int best_target = 0;
  bool compressed = false;
  for (const Entry& entry : entries_of(fat_binary)) {
    if (entry.kind != Entry::ptx) continue;
    const std::string_view text = entry.bytes.substr(0, entry.bytes.find('\0'));
    const int target = target_of(text);
    compressed |= target == 0;
    if (target <= architecture && target > best_target) best = text, best_target = target;
  }
  if (best_target > 0) return best;
  throw PtxError(compressed ? "the PTX of a kernel file is compressed: nvcc must be given --no-compress"
                            : "a kernel file has no PTX for sm_" + std::to_string(architecture) + " or older");
}

std::string_view machine_code_in(const void* fat_binary, int architecture) {
  for (const Entry& entry : entries_of(fat_binary))
    if (entry.kind == Entry::machine_code && int(entry.architecture) == architecture &&
        entry.bytes.starts_with("\x7f"
                                "ELF"))  // else it is compressed
      return entry.bytes;
  return {};
}

}  // namespace gs::ptx
