// parser.h - declarations shared by the parsers of modules and of kernel bodies.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernels/ptx/lexer.h"
#include "kernels/ptx/module.h"

namespace gs::ptx {

constexpr std::uint64_t aligned(std::uint64_t value, std::uint64_t to) {
  return (value + to - 1) / to * to;
}

/// .align 4 .b8 name[16]
struct Declaration {
  Type type = Type::none;
  std::uint64_t alignment = 1, bytes = 0;
  std::vector<std::uint64_t> extents;  ///< of an array: [2][3]
  std::string name;
};
/// Throws PtxError if it has no size that a kernel's memory could hold.
Declaration declaration(Lexer&);

/// Places `bytes` behind `end`, and moves `end` behind them; returns their address. Throws PtxError, which names the
/// variable, if a space becomes larger than `most_bytes`.
std::uint32_t place_behind(std::uint32_t& end, std::uint64_t bytes, std::uint64_t alignment, const std::string& name,
                           const Lexer&);
/// Variables of one space. Our kernels have a few KB; a text may declare anything.
inline constexpr std::uint64_t most_bytes = 64 << 20;

/// A variable or parameter.
struct Symbol {
  Space space;
  std::uint64_t address = 0;  ///< in its space
  /// False for a module's shared variable, which each kernel places at its first use.
  bool placed = true;
  std::uint64_t bytes = 0, alignment = 1;
};
using Symbols = std::map<std::string, Symbol, std::less<>>;

/// Stands for the address of dynamic shared memory until its first use, which places it behind the kernel's shared
/// variables.
inline constexpr std::uint64_t dynamic_shared = ~std::uint64_t(0);

/// Parses a kernel's body, from { to the } that closes it: registers, variables, instructions.
void parse_body(Lexer&, const Module&, Kernel&, Symbols);

}  // namespace gs::ptx
