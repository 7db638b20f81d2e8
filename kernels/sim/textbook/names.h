// names.h - the names that a learner's file has for its arrays, for messages.
#pragma once
#include <cstddef>
#include <string_view>

#include "kernels/sim/textbook/launch.h"

namespace gs::textbook {

/// Calls the memory that a kernel's arguments point to by the names of its parameters.
void name_arguments(std::string_view kernel, const PointerArgument* pointers, std::size_t count);

}  // namespace gs::textbook
