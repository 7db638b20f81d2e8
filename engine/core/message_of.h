// message_of.h - any exception as one line for a user.
#pragma once
#include <exception>
#include <string>

namespace gs {

/// The message of gs::Error is its own; lack of memory, files and the system's resources get one of ours. Anything else
/// is a fault of the program, and the line says so.
std::string message_of(const std::exception&);

}  // namespace gs
