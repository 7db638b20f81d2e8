// judge.h - what the reference of an exercise is written with. The judge calls it for each size: it makes inputs that
// differ everywhere and outputs that begin as NaN, calls the learner's function, and says what each output should be.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace gs::judge {

enum class Type : std::uint8_t { float32, int32, uint32, byte };
template <class T>
constexpr Type type_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, int> || std::is_same_v<T, unsigned> ||
                std::is_same_v<T, unsigned char>);
  if constexpr (std::is_same_v<T, float>) return Type::float32;
  if constexpr (std::is_same_v<T, int>) return Type::int32;
  if constexpr (std::is_same_v<T, unsigned>) return Type::uint32;
  return Type::byte;
}

using Formula = std::function<double(long element)>;

/// The right values of an output.
struct Expected {
  Formula value;
  double tolerance = 1e-5;          ///< of the value's magnitude, or of 1 if that is more; integers are exact
  long row = 0;                     ///< elements of a row, for messages; 0: the output has no rows
  bool may_stay_unwritten = false;  ///< elements that no thread writes are right, too
};

/// One size at which the exercise is tried.
class Test {
 public:
  explicit Test(std::vector<int> size) : n(size[0]), size(std::move(size)) {}

  int n;                  ///< the first number of `size`
  std::vector<int> size;  ///< "37x21" -> {37, 21}

  /// GPU memory whose elements are different whole numbers from 1 up, in no order (bytes: any, in no order).
  template <class T>
  const T* input(const char* name, long count) {
    return static_cast<const T*>(new_input(name, type_of<T>(), count, nullptr));
  }
  template <class T>
  const T* input(const char* name, long count, const Formula& value) {
    return static_cast<const T*>(new_input(name, type_of<T>(), count, &value));
  }
  /// The same, for functions that change it in place.
  template <class T>
  T* input_and_output(const char* name, long count) {
    return static_cast<T*>(new_input(name, type_of<T>(), count, nullptr, true));
  }
  /// GPU memory that begins as NaN, or as -1.
  template <class T>
  T* output(const char* name, long count) {
    return static_cast<T*>(new_output(name, type_of<T>(), count));
  }
  /// After the learner's function was called: what the output should hold.
  template <class T>
  void expect(const T* output, const Expected& expected) {
    compare(output, expected);
  }

 private:
  void* new_input(const char* name, Type, long count, const Formula*, bool changes = false);
  void* new_output(const char* name, Type, long count);
  void compare(const void* output, const Expected&);
};

/// Judges the exercise, and records the result. `words`: of the program, which apps/learn/course/ starts.
int judge(int count, char** words, void (*exercise)(Test&));

}  // namespace gs::judge
