// accesses.cpp - the width is a part of the opcode: LDG.E.128, LDS.U16; without one it is 32 bits.
#include "apps/learn/machine_code/accesses.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "kernels/sim/textbook/entry.h"

namespace gs::learn {

std::string_view opcode_of(std::string_view instruction) {
  if (instruction.starts_with('@')) {
    instruction.remove_prefix(std::min(instruction.find(' '), instruction.size()));
    instruction.remove_prefix(std::min(instruction.find_first_not_of(' '), instruction.size()));
  }
  return instruction.substr(0, instruction.find(' '));
}

std::optional<MachineAccess> access_of(std::string_view instruction) {
  std::string_view left = opcode_of(instruction);
  const std::string_view base = left.substr(0, left.find('.'));
  MachineAccess access{};
  if (base == "LDG" || base == "STG")
    access.global = true;
  else if (base == "LDS" || base == "STS")
    access.shared = true;
  else if (base == "LD" || base == "ST")
    access.global = access.shared = true;
  else
    return std::nullopt;
  access.store = base[0] == 'S';
  access.bytes = 4;
  for (; !left.empty(); left.remove_prefix(std::min(left.find('.'), left.size() - 1) + 1)) {
    const std::string_view part = left.substr(0, left.find('.'));
    if (part == "128") access.bytes = 16;
    if (part == "64") access.bytes = 8;
    if (part == "U16" || part == "S16") access.bytes = 2;
    if (part == "U8" || part == "S8") access.bytes = 1;
  }
  return access;
}

std::string widths_of(const std::vector<MachineKernel>& kernels) {
  std::map<std::tuple<std::string, unsigned, bool, bool>, unsigned> widths;
  for (const MachineKernel& kernel : kernels)
    for (const Instruction& instruction : kernel.instructions) {
      const auto access = access_of(instruction.text);
      if (!access) continue;
      if (access->global) widths[{instruction.file, instruction.line, false, access->store}] |= access->bytes;
      if (access->shared) widths[{instruction.file, instruction.line, true, access->store}] |= access->bytes;
    }
  std::string text;
  for (const auto& [where, bytes] : widths) {
    const auto& [file, line, shared, store] = where;
    text += textbook::line_of({"access",
                               {{"file", file},
                                {"line", std::to_string(line)},
                                {"shared", std::to_string(shared)},
                                {"store", std::to_string(store)},
                                {"widths", std::to_string(bytes)}}});
  }
  return text;
}

}  // namespace gs::learn
