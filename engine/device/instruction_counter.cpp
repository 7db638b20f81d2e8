// instruction_counter.cpp - the program's counter; null unless an interpreter is linked in.
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
