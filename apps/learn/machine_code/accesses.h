// accesses.h - which instructions load and store, and how many bytes a lane.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/learn/machine_code/disassembly.h"

namespace gs::learn {

/// "@!P0 LDG.E.128 R4, [R2]" -> "LDG.E.128"
std::string_view opcode_of(std::string_view instruction);

struct MachineAccess {
  bool global, shared, store;  ///< global and shared: the instruction leaves open which
  unsigned bytes;              ///< a lane's
};

/// Nothing for an instruction that neither loads nor stores; and for an atomic operation, an asynchronous copy (LDGSTS)
/// or a load of matrices (LDSM), whose width the source gives.
std::optional<MachineAccess> access_of(std::string_view instruction);

/// For a counted program: an entry "access" for each source line and kind of access, with the fields file, line, shared
/// and store (0 or 1), and widths: those of its instructions in bytes, or'ed. One text.
std::string widths_of(const std::vector<MachineKernel>&);

}  // namespace gs::learn
