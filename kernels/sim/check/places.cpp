// places.cpp - looks up source lines with addr2line, once per address.
#include "kernels/sim/check/places.h"

#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "kernels/common/check.h"
#include "kernels/sim/check/modules.h"
#include "kernels/sim/spawn.h"

extern "C" const char __executable_start;

namespace gs::simulator::check {
namespace {

std::string hexadecimal(std::uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

bool is_machinery(std::string_view path) {
  return path.find("/kernels/sim/") != path.npos || path.substr(0, 5) == "/usr/" || path.substr(0, 2) == "??";
}

/// Whether a function, with its parameters, is "P::P(P const&)" or "P::operator=(P const&)", or the same with &&.
/// Copies of a structure go through them (-fno-elide-constructors); if the compiler wrote them, their line is the
/// structure's.
bool copies(std::string_view function) {
  const auto open = function.rfind('(');
  if (open == function.npos || !function.ends_with(")")) return false;
  std::string_view parameter = function.substr(open + 1, function.size() - open - 2);
  for (const std::string_view end : {" const&", "&&"})
    if (parameter.ends_with(end)) {
      const std::string type(parameter.substr(0, parameter.size() - end.size()));
      const std::string_view name = function.substr(0, open);
      const std::string own = type.substr(0, type.find('<'));  // a template's constructor has the name without <...>
      return name == type + "::operator=" || name == type + "::" + own.substr(own.rfind(':') + 1);
    }
  return false;
}

/// Empty if addr2line is missing.
std::string addr2line(const std::vector<std::string>& words) {
  try {
    return run_program(words, Keep::output).text;
  } catch (const Error&) {
    return "";
  }
}

/// The file that holds an instruction, and its address there.
struct Instruction {
  std::string file;
  std::uint64_t address;
};

std::string program_file() {
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  return length <= 0 ? "" : std::string(program, std::size_t(length));
}

/// A library's codes may be those of a part of the program, too, by the addresses that the loader has chosen (a few
/// times in a thousand). Then they are taken for the library's: its kernels are the user's, the program's are tested.
Instruction instruction_at(std::uint32_t code, const std::string& program) {
  const auto start = reinterpret_cast<std::uint64_t>(program_start());
  for (const Module& module : modules())
    if (const std::uint32_t distance = code - std::uint32_t(module.begin - start); distance < module.end - module.begin)
      return {module.file, module.begin + distance - module.moved};
  return {program, start + code - load_address()};
}

/// Looks up the codes, all of instructions in `file`.
void resolve(const std::string& file, const std::vector<std::uint32_t>& codes,
             std::map<std::uint32_t, std::string>& known) {
  std::vector<std::string> words = {"addr2line", "-a", "-i", "-f", "-C", "-e", file};
  for (std::uint32_t code : codes)
    words.push_back(hexadecimal(instruction_at(code, file).address - 1));  // - 1: inside the call
  // An address, then the function and the line it came from, then those it was inlined into.
  std::size_t index = std::size_t(-1);
  bool found = true;
  std::istringstream output(addr2line(words));
  for (std::string function, text; std::getline(output, function);) {
    if (function.substr(0, 2) == "0x") {
      index++;
      found = false;
      continue;
    }
    if (!std::getline(output, text)) break;
    const std::string_view line = text;
    if (!found && index < codes.size() && !is_machinery(line) && !copies(function)) {
      known[codes[index]] = std::string(line.substr(0, line.find(" (discriminator")));
      found = true;
    }
  }
}

}  // namespace

const char* program_start() {
  return &__executable_start;
}

std::uint64_t load_address() {
  std::uint64_t moved = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<std::uint64_t*>(result) = info->dlpi_addr;
        return 1;  // the first object is the program
      },
      &moved);
  return moved;
}

std::vector<std::string> full_paths(const std::vector<std::uint32_t>& codes) {
  static auto& known = *new std::map<std::uint32_t, std::string>;  // never destroyed: used during program exit
  const std::string program = program_file();
  std::map<std::string, std::vector<std::uint32_t>> unknown;  // by the file that holds them
  for (std::uint32_t code : codes)
    if (!known.contains(code)) {
      unknown[instruction_at(code, program).file].push_back(code);
      known[code] = "program+" + hexadecimal(code);  // stays if addr2line is missing
    }
  constexpr std::size_t at_once = 500;  // addresses on one command line
  for (const auto& [file, all] : unknown)
    for (std::size_t i = 0; i < all.size(); i += at_once)
      resolve(file, {all.begin() + std::ptrdiff_t(i), all.begin() + std::ptrdiff_t(std::min(i + at_once, all.size()))},
              known);
  std::vector<std::string> lines;
  for (std::uint32_t code : codes) lines.push_back(known[code]);
  return lines;
}

std::string path_in_project(const std::string& line) {
  for (const std::string_view folder : {"/kernels/", "/tests/"})  // folders with kernels
    if (const auto at = line.rfind(folder); at != line.npos) return line.substr(at + 1);
  return line;
}

std::vector<std::string> source_lines(const std::vector<std::uint32_t>& codes) {
  std::vector<std::string> lines = full_paths(codes);
  for (std::string& line : lines) line.erase(0, line.rfind('/') + 1);
  return lines;
}

}  // namespace gs::simulator::check
