// freeing.h - cudaFree, and memory that is used after it.
#pragma once
#include <optional>
#include <string>

#include "kernels/sim/textbook/runtime_api.h"

namespace gs::textbook {

/// If `pointer` points to memory that the program has freed, the error of a call that uses it, with a message: "`does`
/// d_a, which line 12 has freed". nullopt for other pointers.
std::optional<cudaError_t> refused_as_freed(const void* pointer, source_location where, const std::string& does);

}  // namespace gs::textbook
