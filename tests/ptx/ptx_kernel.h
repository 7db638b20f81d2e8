// ptx_kernel.h - hand-written PTX kernels, run by the interpreter: one instruction over arrays of operands, or a whole
// body over input and output words.
#pragma once
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/ptx/launch.h"
#include "tests/support/errors.h"

namespace gs::test {

inline const std::string ptx_header = ".version 9.0\n.target sm_90\n.address_size 64\n";

template <class T>
ptx::Region region_of(std::vector<T>& array) {
  const auto begin = reinterpret_cast<std::uint64_t>(array.data());
  return {begin, begin + array.size() * sizeof(T)};
}
template <class T>
void append(std::vector<std::byte>& parameters, const T& value) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(&value);
  parameters.insert(parameters.end(), bytes, bytes + sizeof value);
}

// --- one instruction

/// Register width of a C++ type; bool is a predicate.
template <class T>
constexpr int register_bits = std::is_same_v<T, bool> ? 1 : int(8 * sizeof(T));
inline std::string register_type(int bits) {
  return bits == 1 ? ".pred" : ".b" + std::to_string(bits);
}

/// Runs `text`, such as "add.s32 d, a, b;", for each element of the operands a, b, c, e and returns each d. One thread
/// computes one element.
template <class D, class... A>
std::vector<D> statements(const std::string& text, const std::vector<A>&... operands) {
  const std::string names = "abce";
  const std::vector<int> bits = {register_bits<A>...};
  const std::vector<std::size_t> sizes = {operands.size()...};
  std::vector<std::vector<std::uint64_t>> slots;
  const auto stored = [&](const auto& operand) {
    std::vector<std::uint64_t> words(operand.size());
    for (std::size_t i = 0; i < operand.size(); ++i) {
      const auto value = operand[i];
      using T = std::decay_t<decltype(value)>;
      if constexpr (sizeof(T) == 1 || !std::is_arithmetic_v<T>)
        words[i] = bool(value);
      else
        std::memcpy(&words[i], &value, sizeof value);
    }
    slots.push_back(std::move(words));
  };
  (stored(operands), ...);
  const std::size_t n = sizes.at(0);
  for (const std::size_t size : sizes) EXPECT_EQ(size, n);
  slots.emplace_back(n);

  std::string parameters, body = ".reg .b32 %word, %thread; .reg .b64 %offset, %at; .reg " +
                                 register_type(register_bits<D>) +
                                 " d;\nmov.u32 %thread, %tid.x;\nmul.wide.u32 %offset, %thread, 8;\n";
  const auto address = [&](char name) {
    parameters += std::string(parameters.empty() ? "" : ", ") + ".param .u64 p" + name;
    body += std::string("ld.param.u64 %at, [p") + name + "];\nadd.s64 %at, %at, %offset;\n";
  };
  for (std::size_t j = 0; j < bits.size(); ++j) {
    const std::string name(1, names[j]), type = register_type(bits[j]);
    body += ".reg " + type + " " + name + ";\n";
    address(names[j]);
    body += bits[j] == 1 ? "ld.global.u32 %word, [%at];\nsetp.ne.u32 " + name + ", %word, 0;\n"
                         : "ld.global" + type + " " + name + ", [%at];\n";
  }
  body += text + "\n";
  address('d');
  body += register_bits<D> == 1 ? "selp.u32 %word, 1, 0, d;\nst.global.u32 [%at], %word;\n"
                                : "st.global" + register_type(register_bits<D>) + " [%at], d;\n";
  const auto module =
      ptx::parse(ptx_header + ".visible .entry probe(" + parameters + ")\n{\n" + body + "ret;\n}\n", "made.ptx");
  ptx::Launch launch{.module = module.get(), .kernel = &module->kernels.at("probe"), .block = {unsigned(n)}};
  for (auto& words : slots) {
    launch.memory.push_back(region_of(words));
    append(launch.parameters, words.data());
  }
  ptx::run(launch);
  std::vector<D> results(n);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_same_v<D, bool>) {
      results[i] = slots.back()[i] != 0;
    } else {
      D value;
      std::memcpy(&value, &slots.back()[i], sizeof value);
      results[i] = value;
    }
  }
  return results;
}

/// `statements()` for one value of each operand, computed by 33 threads: a whole warp and a warp of one lane.
template <class D, class... A>
D statement(const std::string& text, A... operands) {
  const auto results = statements<D>(text, std::vector<A>(33, operands)...);
  for (std::size_t i = 1; i < 33; ++i) {
    const D first = results[0], other = results[i];
    EXPECT_EQ(std::memcmp(&first, &other, sizeof(D)), 0) << text << ": thread " << i;
  }
  return results[0];
}
/// op<D>("add.s32", a, b) is statement<D>("add.s32 d, a, b;", a, b).
template <class D, class... A>
D op(const std::string& opcode, A... operands) {
  std::string text = opcode + " d";
  for (std::size_t j = 0; j < sizeof...(A); ++j) text += std::string(", ") + "abce"[j];
  return statement<D>(text + ";", operands...);
}

inline std::uint32_t bits_of(float x) {
  return std::bit_cast<std::uint32_t>(x);
}
inline float float_of(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

// --- a whole body

/// A kernel, its launch and its memory. The body finds the addresses of the input in %rd0 and of the output in %rd1,
/// its thread's number in the grid in %r0, and the addresses of its thread's input word in %rd2 and output words in
/// %rd3.
struct PtxProgram {
  std::string body;
  std::string variables = {};   ///< declared before the kernel
  std::string parameters = {};  ///< after `in` and `out`: ", .param .u32 n"
  ptx::Dim3 grid = {}, block = {32, 1, 1};
  std::uint32_t dynamic_shared_bytes = 0;
  unsigned words_per_thread = 1;
  std::vector<std::uint32_t> in = {};
  std::vector<std::byte> arguments = {};  ///< of `parameters`

  std::string text() const {
    return ptx_header + variables + "\n.visible .entry probe(.param .u64 in, .param .u64 out" + parameters +
           ")\n{\n.reg .pred %p<8>;\n.reg .b16 %rs<16>;\n.reg .b32 %r<40>;\n.reg .f32 %f<20>;\n.reg .b64 %rd<20>;\n"
           "ld.param.u64 %rd0, [in];\nld.param.u64 %rd1, [out];\n"
           "mov.u32 %r0, %ctaid.x;\nmov.u32 %r1, %ntid.x;\nmov.u32 %r2, %tid.x;\nmad.lo.u32 %r0, %r0, %r1, %r2;\n"
           "mul.wide.u32 %rd2, %r0, 4;\nadd.s64 %rd2, %rd0, %rd2;\n"
           "mul.wide.u32 %rd3, %r0, " +
           std::to_string(4 * words_per_thread) + ";\nadd.s64 %rd3, %rd1, %rd3;\n" + body + "\nret;\n}\n";
  }
};

struct PtxResult {
  std::vector<std::uint32_t> out;  ///< 0xdeadbeef where nothing was stored
  ptx::Counts counts;
};

inline PtxResult run_ptx(PtxProgram p) {
  const auto module = ptx::parse(p.text(), "made.ptx");
  if (p.in.empty()) p.in.resize(1);
  PtxResult result;
  result.out.assign(
      std::size_t(p.grid.x) * p.grid.y * p.grid.z * p.block.x * p.block.y * p.block.z * p.words_per_thread,
      0xdeadbeefu);
  ptx::Launch launch{.module = module.get(),
                     .kernel = &module->kernels.at("probe"),
                     .grid = p.grid,
                     .block = p.block,
                     .dynamic_shared_bytes = p.dynamic_shared_bytes,
                     .memory = {region_of(p.in), region_of(result.out)}};
  append(launch.parameters, p.in.data());
  append(launch.parameters, result.out.data());
  launch.parameters.insert(launch.parameters.end(), p.arguments.begin(), p.arguments.end());
  result.counts = ptx::run(launch);
  return result;
}

/// Passes if the program is refused or fails with a PtxError whose message contains all `parts`.
inline ::testing::AssertionResult fails_in_ptx(const PtxProgram& program, const std::vector<std::string>& parts) {
  return refuses<ptx::PtxError>([&] { run_ptx(program); }, parts);
}

}  // namespace gs::test
