// arrays.h - the inputs and outputs of the size that is tried.
#pragma once
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "kernels/sim/textbook/judge/judge.h"

namespace gs::judge {

struct Array {
  std::string name;  ///< of the exercise; a launch may give the memory another one
  Type type;
  long count;
  char* memory;
};

inline std::size_t bytes_of(Type type) {
  return type == Type::byte ? 1 : 4;
}
inline std::size_t bytes_of(const Array& array) {
  return bytes_of(array.type) * std::size_t(array.count);
}

double value_of(const Array&, long element);
void set_value(const Array&, long element, double value);
/// Is the element as it was before any thread ran?
bool is_unwritten(const Array&, long element);
/// A number as a reader would write it: "266", "0.3333333", "NaN". Nine digits tell any two floats apart.
std::string in_words(double value, int digits = 7);
/// "out[7]", by the name that the kernel gave the memory.
std::string element_in_words(const Array&, long element);

/// GPU memory that stays until the program ends: the checker then knows which thread wrote it, and no other array had
/// its address.
Array new_array(const char* name, Type, long count);
/// Different whole numbers from 1 up, in an order that depends on `seed`.
void fill(const Array&, unsigned seed);

}  // namespace gs::judge
