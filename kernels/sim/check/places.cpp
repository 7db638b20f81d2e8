// places.cpp - looks up source lines with addr2line, once per address.
#include "kernels/sim/check/places.h"

#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <string_view>

extern "C" const char __executable_start;

namespace gs::simulator::check {
namespace {

std::string hexadecimal(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

/// Address that addr2line expects for the program's first byte: 0 if the program can be loaded anywhere, else its fixed
/// address.
std::uint64_t link_address_of_start() {
  std::uint64_t loaded_by = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<std::uint64_t*>(result) = info->dlpi_addr;
        return 1;  // the first object is the program
      },
      &loaded_by);
  return reinterpret_cast<std::uint64_t>(&__executable_start) - loaded_by;
}

bool is_machinery(std::string_view path) {
  return path.find("/kernels/sim/") != path.npos || path.substr(0, 5) == "/usr/" || path.substr(0, 2) == "??";
}

/// "/project/kernels/conv2d/conv.cu:12 (discriminator 3)" -> "kernels/conv2d/conv.cu:12"
std::string path_in_project(std::string_view line) {
  line = line.substr(0, line.find(' '));
  for (const std::string_view folder : {"/kernels/", "/tests/"})  // folders with kernels
    if (const auto at = line.rfind(folder); at != line.npos) return std::string(line.substr(at + 1));
  return std::string(line);
}

void resolve(const std::vector<std::uint32_t>& codes, std::map<std::uint32_t, std::string>& known) {
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  if (length <= 0) return;
  std::string command = "addr2line -a -i -e '" + std::string(program, std::size_t(length)) + "'";
  const std::uint64_t start = link_address_of_start();
  for (std::uint32_t code : codes) command += " " + hexadecimal(start + code - 1);  // - 1: inside the call
  command += " 2>/dev/null";
  std::FILE* output = popen(command.c_str(), "r");
  if (!output) return;
  // An address, then the line it came from, then the lines it was inlined into.
  std::size_t index = std::size_t(-1);
  bool found = true;
  for (char buffer[4096]; std::fgets(buffer, sizeof buffer, output);) {
    std::string_view line(buffer);
    line = line.substr(0, line.find('\n'));
    if (line.substr(0, 2) == "0x") {
      index++;
      found = false;
    } else if (!found && index < codes.size() && !is_machinery(line)) {
      known[codes[index]] = path_in_project(line);
      found = true;
    }
  }
  pclose(output);
}

}  // namespace

const char* program_start() {
  return &__executable_start;
}

std::vector<std::string> source_paths(const std::vector<std::uint32_t>& codes) {
  static std::map<std::uint32_t, std::string> known;
  std::vector<std::uint32_t> unknown;
  for (std::uint32_t code : codes)
    if (!known.contains(code)) {
      unknown.push_back(code);
      known[code] = "program+" + hexadecimal(code);  // stays if addr2line is missing
    }
  constexpr std::size_t at_once = 500;  // addresses on one command line
  for (std::size_t i = 0; i < unknown.size(); i += at_once)
    resolve(
        {unknown.begin() + std::ptrdiff_t(i), unknown.begin() + std::ptrdiff_t(std::min(i + at_once, unknown.size()))},
        known);
  std::vector<std::string> lines;
  for (std::uint32_t code : codes) lines.push_back(known[code]);
  return lines;
}

std::vector<std::string> source_lines(const std::vector<std::uint32_t>& codes) {
  std::vector<std::string> lines = source_paths(codes);
  for (std::string& line : lines) line.erase(0, line.rfind('/') + 1);
  return lines;
}

}  // namespace gs::simulator::check
