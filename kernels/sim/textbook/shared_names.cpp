// shared_names.cpp - names of __shared__ arrays. A file of its own: only instrumented kernels, which the checker
// watches, refer to it.
#include <algorithm>

#include "kernels/sim/block.h"
#include "kernels/sim/check/shared_arrays.h"
#include "kernels/sim/textbook/launch.h"

namespace gs::textbook {

void name_shared(const char* name, const void* begin, std::size_t bytes, std::size_t element_bytes,
                 const std::size_t* extents, std::size_t dimensions) {
  const simulator::Unobserved unobserved;
  const auto at = reinterpret_cast<std::uintptr_t>(begin);
  simulator::check::SharedArrays::of_program().name(
      {at, at + bytes, name, element_bytes, {extents, extents + std::min<std::size_t>(dimensions, 4)}});
}

}  // namespace gs::textbook
