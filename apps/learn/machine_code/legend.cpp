// legend.cpp - the table of instructions.
#include "apps/learn/machine_code/legend.h"

#include <algorithm>
#include <iterator>

#include "apps/learn/machine_code/accesses.h"

namespace gs::learn {
namespace {

constexpr LegendRow sentences[] = {
    {"LDG", "Loads from global memory: 32 bits a lane, or as many as the name says (.64, .128, .U8)."},
    {"STG", "Stores to global memory."},
    {"LDS",
     "Loads from shared memory; .128 is four words of a lane at once, served by a quarter of the warp at a time."},
    {"STS", "Stores to shared memory."},
    {"LDGSTS", "Copies from global to shared memory while the warp goes on (an asynchronous copy)."},
    {"LDGDEPBAR", "Makes a group of the asynchronous copies before it, to wait for."},
    {"DEPBAR", "Waits until at most so many groups of asynchronous copies are under way."},
    {"LDSM", "Loads 8 x 8 matrices from shared memory into the registers of a warp, for a tensor core (ldmatrix)."},
    {"LDL", "Loads from local memory: a register that was spilled, or an array that registers cannot hold."},
    {"STL", "Stores to local memory: spilled registers cost time."},
    {"LD", "Loads from an address whose kind of memory the compiler does not know."},
    {"ST", "Stores to an address whose kind of memory the compiler does not know."},
    {"LDC", "Loads from constant memory, where the kernel's arguments lie too."},
    {"ULDC", "The same, once for the whole warp."},
    {"BAR", "__syncthreads: waits until all threads of the block are here."},
    {"WARPSYNC", "Waits for the lanes of the warp that a mask names."},
    {"SHFL", "Gives each lane another lane's register, without memory."},
    {"VOTE", "Asks all lanes a question of yes and no: __any_sync, __all_sync, __ballot_sync."},
    {"REDUX", "One integer sum, minimum or maximum over a warp."},
    {"ATOMG", "An atomic operation in global memory that returns the old value."},
    {"ATOMS", "An atomic operation in shared memory."},
    {"RED", "An atomic operation in global memory whose old value is not wanted."},
    {"REDG", "An atomic operation in global memory whose old value is not wanted."},
    {"MEMBAR", "__threadfence: earlier stores become visible before later ones."},
    {"HMMA", "A matrix product of the whole warp on a tensor core."},
    {"HGMMA", "A matrix product of four warps on a tensor core."},
    {"FFMA", "a * b + c in fp32, rounded once: two operations in one instruction."},
    {"FADD", "A sum in fp32."},
    {"FMUL", "A product in fp32."},
    {"FMNMX", "The smaller or the larger of two fp32 numbers."},
    {"FSETP", "Compares fp32 numbers and keeps the answer in a predicate (P0 to P6)."},
    {"FSEL", "Chooses one of two values by a predicate."},
    {"MUFU",
     "A special function unit: 1/x, square root, exp2, log2, sine, cosine; a quarter of the rate of FADD or less."},
    {"HADD2", "Two sums of 16-bit numbers at once, or a conversion from them."},
    {"HFMA2", "Two a * b + c of 16-bit numbers at once; also a way to write a constant into a register."},
    {"DFMA", "a * b + c in fp64: slow on GPUs for graphics."},
    {"I2F", "Converts an integer to a floating-point number."},
    {"I2FP", "Converts an integer to a floating-point number."},
    {"F2I", "Converts a floating-point number to an integer."},
    {"F2FP", "Rounds floating-point numbers to a smaller type, two at once."},
    {"IMAD", "a * b + c of integers; also moves and shifts (IMAD.MOV, IMAD.SHL) and addresses (IMAD.WIDE: 64 bits)."},
    {"IADD3", "A sum of three integers."},
    {"VIADD", "A sum of two integers."},
    {"LEA", "A shift and a sum: the address of an element."},
    {"SHF", "Shifts an integer."},
    {"LOP3", "Any logical function of three integers, by a table (and, or, xor)."},
    {"ISETP", "Compares integers and keeps the answer in a predicate (P0 to P6)."},
    {"SEL", "Chooses one of two values by a predicate."},
    {"MOV", "Copies a register or writes a constant."},
    {"UMOV", "Writes a value that the whole warp has in common."},
    {"ULEA", "The address of an element, once for the whole warp."},
    {"UIADD3", "A sum of three integers, once for the whole warp."},
    {"S2R", "Reads a special register: threadIdx (SR_TID), blockIdx (SR_CTAID), the lane."},
    {"S2UR", "Reads a special register once for the whole warp."},
    {"PRMT", "Puts bytes of two registers together."},
    {"BRA", "Jumps; with a predicate before it (@P0) only the lanes for which it holds."},
    {"BSSY", "Notes where the lanes meet again after a branch."},
    {"BSYNC", "Waits until the lanes that took different branches are here."},
    {"EXIT", "The thread ends."},
    {"CALL", "Calls a function that was not inlined, such as a division."},
    {"RET", "Returns from a function."},
    {"NOP", "Does nothing."},
};

std::string_view base_of(std::string_view instruction) {
  const std::string_view opcode = opcode_of(instruction);
  return opcode.substr(0, opcode.find('.'));
}

}  // namespace

std::vector<LegendRow> legend_of(const std::vector<MachineKernel>& kernels) {
  std::vector<LegendRow> rows;
  const auto occurs = [&](const LegendRow& row) {
    return std::any_of(kernels.begin(), kernels.end(), [&](const MachineKernel& kernel) {
      return std::any_of(kernel.instructions.begin(), kernel.instructions.end(),
                         [&](const Instruction& instruction) { return base_of(instruction.text) == row.name; });
    });
  };
  std::copy_if(std::begin(sentences), std::end(sentences), std::back_inserter(rows), occurs);
  return rows;
}

std::string_view sentence_about(std::string_view instruction) {
  const std::string_view base = base_of(instruction);
  const auto found =
      std::find_if(std::begin(sentences), std::end(sentences), [&](const LegendRow& row) { return row.name == base; });
  return found == std::end(sentences) ? "" : found->sentence;
}

}  // namespace gs::learn
