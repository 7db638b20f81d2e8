// types.h - PTX's types and state spaces.
#pragma once
#include <cstdint>
#include <string_view>

namespace gs::ptx {

enum class Space : std::uint8_t { generic, global, constant, shared, local, param, call_param };

enum class Type : std::uint8_t {
  none,
  pred,
  b8,
  u8,
  s8,
  b16,
  u16,
  s16,
  bf16,
  b32,
  u32,
  s32,
  f32,
  tf32,
  b64,
  u64,
  s64,
  f64
};

/// Type::none for an unknown or unsupported name.
Type type_named(std::string_view);

constexpr int bits(Type type) {
  using enum Type;
  switch (type) {
    case none:
      return 0;
    case pred:
      return 1;
    case b8:
    case u8:
    case s8:
      return 8;
    case b16:
    case u16:
    case s16:
    case bf16:
      return 16;
    case b32:
    case u32:
    case s32:
    case f32:
    case tf32:
      return 32;
    case b64:
    case u64:
    case s64:
    case f64:
      return 64;
  }
  return 0;
}
constexpr bool is_float(Type type) {
  return type == Type::f32 || type == Type::f64;
}
constexpr bool is_signed(Type type) {
  return type == Type::s8 || type == Type::s16 || type == Type::s32 || type == Type::s64;
}

}  // namespace gs::ptx
