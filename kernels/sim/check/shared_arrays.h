// shared_arrays.h - the __shared__ variables of an instrumented program. Each has a guard beside it (cuda_language.h),
// by which they are found in the symbol table and an access past their end is seen.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace gs::simulator::check {

/// A __shared__ variable with plain static storage.
struct SharedArray {
  std::uintptr_t begin, end;
  std::string name;                  ///< "tile"
  std::size_t element_bytes = 0;     ///< 0: unknown
  std::vector<std::size_t> extents;  ///< of an array; empty: unknown, or no array
};

class SharedArrays {
 public:
  /// Those of this program.
  static SharedArrays& of_program();

  /// The array that holds `address`, or null.
  const SharedArray* at(std::uintptr_t address) const;
  /// The array that an access at `address` was meant for, which hit a guard or the space between variables; else null.
  const SharedArray* beside(std::uintptr_t address) const;
  /// Whether a variable of the program that is not __shared__ holds `address`.
  bool is_variable(std::uintptr_t address) const;
  /// Whether one such variable holds both.
  bool same_variable(std::uintptr_t address, std::uintptr_t other) const;
  /// Adds those of a program or library: its file, and the distance of its addresses in memory from those in the file.
  void add(const char* file, std::uint64_t moved);
  /// Says what the program knows of an array, also of one outside of functions.
  void name(const SharedArray&);

 private:
  SharedArrays();
  std::vector<SharedArray> arrays_;  // sorted
  struct Variable {
    std::uintptr_t begin, end;
  };
  std::vector<Variable> others_;                         // sorted: variables that are neither __shared__ nor guards
  mutable std::array<const SharedArray*, 64> recent_{};  // by page: guards keep most pages to one array
};

}  // namespace gs::simulator::check
