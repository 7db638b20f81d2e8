// describe.h - a problem as text, the key of its measurements.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "kernels/conv2d/conv2d.h"
#include "kernels/conv2d_pool/conv2d_pool.h"
#include "kernels/dense/dense.h"
#include "kernels/dense_dropout/dense_dropout.h"
#include "kernels/gather/gather.h"
#include "kernels/head/head.h"
#include "kernels/optimizer/optimizer.h"

namespace gs {

/// "8x128x128x1 by 16 of 3x3/1 pad 1 relu".
std::string describe(const Conv2d&);
/// "8x1024 to 64 relu".
std::string describe(const Dense&);
std::string describe(const Conv2dPool&);
std::string describe(const DenseDropout&);
std::string describe(const Head&);
std::string describe(const AugmentedGather&);
/// "adam 270336": no hyper-parameters, since they change no work.
std::string describe(const Optimizer&);

namespace detail {

/// Converts to any field type, to count fields.
struct AnyField {
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  operator T() const;
};
template <class T, class... Fields>
constexpr std::size_t field_count() {
  if constexpr (requires { T{Fields()..., AnyField()}; })
    return field_count<T, Fields..., AnyField>();
  else
    return sizeof...(Fields);
}

std::string text_of(std::int64_t);
std::string text_of(double);
template <class Field>
std::string field_text(const Field& field) {
  if constexpr (std::is_enum_v<Field>)
    return text_of(std::int64_t(field));
  else if constexpr (std::is_same_v<Field, bool>)
    return field ? "yes" : "no";
  else if constexpr (std::is_floating_point_v<Field>)
    return text_of(double(field));
  else
    return text_of(std::int64_t(field));
}
template <class... Fields>
std::string field_texts(const Fields&... fields) {
  std::string text;
  ((text += (text.empty() ? "" : " ") + field_text(fields)), ...);
  return text;
}

}  // namespace detail

/// The fields of any other problem, in their order: "8 24 24 16 2 2 no".
template <class Problem>
std::string describe(const Problem& problem) {
  constexpr std::size_t count = detail::field_count<Problem>();
  static_assert(count > 0 || std::is_empty_v<Problem>, "a problem that begins with a struct needs its own describe()");
  static_assert(count <= 12, "a problem with more than 12 fields, or with struct fields, needs its own describe()");
  // clang-format off
  using detail::field_texts;
  if constexpr (count == 0) return "";
  else if constexpr (count == 1) { const auto& [a] = problem; return field_texts(a); }
  else if constexpr (count == 2) { const auto& [a, b] = problem; return field_texts(a, b); }
  else if constexpr (count == 3) { const auto& [a, b, c] = problem; return field_texts(a, b, c); }
  else if constexpr (count == 4) { const auto& [a, b, c, d] = problem; return field_texts(a, b, c, d); }
  else if constexpr (count == 5) { const auto& [a, b, c, d, e] = problem; return field_texts(a, b, c, d, e); }
  else if constexpr (count == 6) { const auto& [a, b, c, d, e, f] = problem; return field_texts(a, b, c, d, e, f); }
  else if constexpr (count == 7) { const auto& [a, b, c, d, e, f, g] = problem; return field_texts(a, b, c, d, e, f, g); }
  else if constexpr (count == 8) { const auto& [a, b, c, d, e, f, g, h] = problem; return field_texts(a, b, c, d, e, f, g, h); }
  else if constexpr (count == 9) { const auto& [a, b, c, d, e, f, g, h, i] = problem; return field_texts(a, b, c, d, e, f, g, h, i); }
  else if constexpr (count == 10) { const auto& [a, b, c, d, e, f, g, h, i, j] = problem; return field_texts(a, b, c, d, e, f, g, h, i, j); }
  else if constexpr (count == 11) { const auto& [a, b, c, d, e, f, g, h, i, j, k] = problem; return field_texts(a, b, c, d, e, f, g, h, i, j, k); }
  else { const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = problem; return field_texts(a, b, c, d, e, f, g, h, i, j, k, l); }
  // clang-format on
}

}  // namespace gs
