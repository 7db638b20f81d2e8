// for_type.h - dispatches a PTX type to a C++ type: make.template operator()<T>() returns the handler for T.
#pragma once
#include "kernels/ptx/decoder.h"

namespace gs::ptx {

/// 16-, 32- and 64-bit integers. Throws PtxError for another type.
template <class Make>
Handler for_integer(Type type, Make&& make) {
  switch (type) {
    using enum Type;
    case b16:
    case u16:
      return make.template operator()<std::uint16_t>();
    case s16:
      return make.template operator()<std::int16_t>();
    case b32:
    case u32:
      return make.template operator()<std::uint32_t>();
    case s32:
      return make.template operator()<std::int32_t>();
    case b64:
    case u64:
      return make.template operator()<std::uint64_t>();
    case s64:
      return make.template operator()<std::int64_t>();
    default:
      refuse("is not supported for this type");
  }
}

/// `for_integer()` plus f32 and f64.
template <class Make>
Handler for_number(Type type, Make&& make) {
  if (type == Type::f32) return make.template operator()<float>();
  if (type == Type::f64) return make.template operator()<double>();
  return for_integer(type, make);
}

/// `for_number()` plus 8-bit integers.
template <class Make>
Handler for_number_or_byte(Type type, Make&& make) {
  if (type == Type::s8) return make.template operator()<std::int8_t>();
  if (type == Type::b8 || type == Type::u8) return make.template operator()<std::uint8_t>();
  return for_number(type, make);
}

}  // namespace gs::ptx
