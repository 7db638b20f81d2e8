// out_of_memory.cpp - a handler that remembers, and one that ends the program without allocating.
#include "apps/out_of_memory.h"

#include <unistd.h>

#include <atomic>
#include <exception>
#include <new>
#include <string_view>

namespace gs::apps {
namespace {

std::atomic<bool> ran_out = false;
std::terminate_handler usual_end = nullptr;

[[noreturn]] void remember_and_throw() {
  ran_out = true;
  throw std::bad_alloc();
}

[[noreturn]] void end() {
  if (!ran_out) usual_end();
  constexpr std::string_view line = "gridstride: not enough memory\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(1);
}

}  // namespace

void end_cleanly_without_memory() {
  std::set_new_handler(remember_and_throw);
  usual_end = std::set_terminate(end);
}

}  // namespace gs::apps
