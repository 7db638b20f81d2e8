// checked_size.h - products of extents that a file declares: they may be any numbers.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>

namespace gs {

/// The product, such as the elements of an array by its extents; nullopt if a factor is negative or the product has
/// more than 64 bits. `Factors`: a list of whole numbers.
template <class Factors = std::initializer_list<std::int64_t>>
std::optional<std::uint64_t> checked_product(const Factors& factors) {
  std::uint64_t product = 1;
  for (const std::int64_t factor : factors)
    if (factor < 0 || __builtin_mul_overflow(product, std::uint64_t(factor), &product)) return std::nullopt;
  return product;
}

}  // namespace gs
