// arrays.cpp - values of arrays, whatever their type.
#include "kernels/sim/textbook/judge/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kernels/common/check.h"
#include "kernels/sim/check/checker.h"
#include "kernels/sim/device_memory.h"
#include "kernels/sim/textbook/memory.h"

namespace gs::judge {
namespace {

bool is_prime(long n) {
  for (long divisor = 2; divisor * divisor <= n; ++divisor)
    if (n % divisor == 0) return false;
  return n > 1;
}

}  // namespace

double value_of(const Array& array, long element) {
  const char* const at = array.memory + bytes_of(array.type) * std::size_t(element);
  const auto as = [&](auto value) {
    std::memcpy(&value, at, sizeof value);
    return double(value);
  };
  switch (array.type) {
    case Type::float32:
      return as(float());
    case Type::int32:
      return as(int());
    case Type::uint32:
      return as(unsigned());
    case Type::byte:
      break;
  }
  return as(static_cast<unsigned char>(0));
}

void set_value(const Array& array, long element, double value) {
  char* const at = array.memory + bytes_of(array.type) * std::size_t(element);
  const auto as = [&](auto typed) { std::memcpy(at, &typed, sizeof typed); };
  switch (array.type) {
    case Type::float32:
      return as(float(value));
    case Type::int32:
      return as(int(value));
    case Type::uint32:
      return as(unsigned(value));
    case Type::byte:
      return as(static_cast<unsigned char>(value));
  }
}

bool is_unwritten(const Array& array, long element) {
  const char* const at = array.memory + bytes_of(array.type) * std::size_t(element);
  return std::all_of(at, at + bytes_of(array.type), [](char c) { return c == char(0xff); }) &&
         !simulator::check::last_writer(at);
}

std::string in_words(double value, int digits) {
  if (std::isnan(value)) return "NaN";
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", value == std::floor(value) ? 10 : digits, value);
  return text;
}

std::string element_in_words(const Array& array, long element) {
  const auto range = simulator::memory_at(reinterpret_cast<std::uintptr_t>(array.memory));
  return (range && !range->naming.name.empty() ? range->naming.name : array.name) + "[" + std::to_string(element) + "]";
}

Array new_array(const char* name, Type type, long count) {
  Array array{name, type, count, nullptr};
  array.memory = static_cast<char*>(textbook::reserve(bytes_of(array)));
  if (!array.memory) throw Error("this machine has not enough memory");
  simulator::register_memory(array.memory, bytes_of(array),
                             {name, bytes_of(type), {}, false, false, textbook::margin_of(array.memory)});
  return array;
}

void fill(const Array& array, unsigned seed) {
  long prime = std::max(array.count + 1, 257L);  // count -> seed * count % prime visits each number once
  while (!is_prime(prime)) ++prime;
  const long step = prime * 5 / 13 + long(seed) * 7;
  for (long i = 0; i < array.count; ++i)
    set_value(array, i, double(array.type == Type::byte ? (i + 1) * step % prime % 251 : (i + 1) * step % prime));
}

}  // namespace gs::judge
