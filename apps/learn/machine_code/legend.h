// legend.h - in a sentence, the work of the common instructions.
#pragma once
#include <string_view>
#include <vector>

#include "apps/learn/machine_code/disassembly.h"

namespace gs::learn {

struct LegendRow {
  std::string_view name, sentence;
};

/// The instructions of the kernels that the table knows, in its order: the first part of the opcode and a sentence.
std::vector<LegendRow> legend_of(const std::vector<MachineKernel>&);

/// The sentence about an instruction ("@P0 LDG.E.128 R4, ..."); "" if the table does not have it.
std::string_view sentence_about(std::string_view instruction);

}  // namespace gs::learn
