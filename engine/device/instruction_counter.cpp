// instruction_counter.cpp - whether this program has one is known only when it is linked.
#include "engine/device/instruction_counter.h"

namespace gs {
namespace {
InstructionCounter* counter = nullptr;
}

InstructionCounter* instruction_counter() {
  return counter;
}
void set_instruction_counter(InstructionCounter* of_program) {
  counter = of_program;
}

}  // namespace gs
