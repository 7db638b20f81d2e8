// message_of.cpp - a line of ours for each exception that the standard library throws.
#include "engine/core/message_of.h"

#include <filesystem>
#include <new>
#include <system_error>

#include "engine/core/error.h"

namespace gs {

std::string message_of(const std::exception& exception) {
  if (dynamic_cast<const Error*>(&exception)) return exception.what();
  if (dynamic_cast<const std::bad_alloc*>(&exception))
    return "not enough memory: a smaller --base, --batch, --image-size or --limit needs less";
  if (const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&exception))
    return "cannot use " + files->path1().string() + ": " + files->code().message();
  if (const auto* system = dynamic_cast<const std::system_error*>(&exception))
    return "the system refuses a resource: " + system->code().message();
  return std::string("internal error, please report it: ") + exception.what();
}

}  // namespace gs
