// ptx_fuzz.cpp - PTX text: parsed and decoded, not run, since a made-up kernel need not end.
#include "kernels/ptx/module.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gs::fuzz::taken([&] {
    const auto module = gs::ptx::parse(gs::fuzz::text_of(data, size), "made.ptx");
    for (const auto& [name, kernel] : module->kernels) {
      gs::fuzz::demand(kernel.lines.size() == kernel.code.size(), "lines and instructions differ in number");
      for (std::size_t i = 0; i < kernel.code.size(); ++i) {
        const auto& instruction = kernel.code[i];
        gs::fuzz::demand(instruction.run || instruction.flow != gs::ptx::Flow::next, "an instruction does nothing");
        gs::fuzz::demand(instruction.target < std::int32_t(kernel.code.size()), "a branch leaves the kernel");
        for (std::size_t j = 0; j < instruction.operands; ++j)
          gs::fuzz::demand(instruction.operand.at(j) < kernel.register_bytes, "an operand outside the registers");
        (void)module->place(kernel.lines[i]);
      }
    }
  });
  return 0;
}
