// tensor_core.cpp - mma: D = A B + C for a 16x8 tile of D, distributed over the lanes as PTX specifies. Products are
// exact, summed in double precision in order of k, and rounded once; a GPU's order and width of sums are not public.
#include <bit>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/lanes.h"

namespace gs::ptx {
namespace {

// Operands: d0 to d3, a0 to a3, b0, b1, c0 to c3.
constexpr std::size_t first_a = 4, first_b = 8, first_c = 10;

template <int k>
struct Factors {
  double a[16][k], b[k][8];
};

template <int k>
void multiply(Warp& w, const Instruction& i, const Factors<k>& f) {
  double d[16][8];
  const auto each_element = [](auto&& body) {
    for (unsigned e = 0; e < 4; ++e)
      for (unsigned l = 0; l < 32; ++l) body(e, l, l / 4 + 8 * (e / 2), 2 * (l % 4) + e % 2);
  };
  each_element([&](unsigned e, unsigned l, unsigned row, unsigned column) {
    d[row][column] = double(w.lanes<float>(i.operand[first_c + e])[l]);
  });
  for (int row = 0; row < 16; ++row)
    for (int j = 0; j < k; ++j)
      for (int column = 0; column < 8; ++column) d[row][column] += f.a[row][j] * f.b[j][column];
  each_element([&](unsigned e, unsigned l, unsigned row, unsigned column) {
    w.lanes<float>(i.operand[e])[l] = float(d[row][column]);
  });
}

/// tf32 is the upper 19 of a factor's 32 bits.
double tf32(std::uint32_t bits) {
  return double(std::bit_cast<float>(bits & ~std::uint32_t(0x1fff)));
}
void mma_m16n8k8_tf32(Warp& w, const Instruction& i, std::uint32_t) {
  Factors<8> f;
  for (unsigned e = 0; e < 4; ++e)
    for (unsigned l = 0; l < 32; ++l)
      f.a[l / 4 + 8 * (e % 2)][l % 4 + 4 * (e / 2)] = tf32(w.lanes<std::uint32_t>(i.operand[first_a + e])[l]);
  for (unsigned e = 0; e < 2; ++e)
    for (unsigned l = 0; l < 32; ++l)
      f.b[l % 4 + 4 * e][l / 4] = tf32(w.lanes<std::uint32_t>(i.operand[first_b + e])[l]);
  multiply(w, i, f);
}

/// One of two packed 16-bit factors; 0: the lower.
double bf16(std::uint32_t both, unsigned which) {
  return double(std::bit_cast<float>(which == 0 ? both << 16 : both & 0xffff0000u));
}
void mma_m16n8k16_bf16(Warp& w, const Instruction& i, std::uint32_t) {
  Factors<16> f;
  for (unsigned e = 0; e < 4; ++e)
    for (unsigned l = 0; l < 32; ++l)
      for (unsigned h = 0; h < 2; ++h)
        f.a[l / 4 + 8 * (e % 2)][2 * (l % 4) + h + 8 * (e / 2)] =
            bf16(w.lanes<std::uint32_t>(i.operand[first_a + e])[l], h);
  for (unsigned e = 0; e < 2; ++e)
    for (unsigned l = 0; l < 32; ++l)
      for (unsigned h = 0; h < 2; ++h)
        f.b[2 * (l % 4) + h + 8 * e][l / 4] = bf16(w.lanes<std::uint32_t>(i.operand[first_b + e])[l], h);
  multiply(w, i, f);
}

void decode_mma(Decoder& d) {
  const bool known = d.opcode.take("sync") && d.opcode.take("aligned") && d.opcode.take("row") && d.opcode.take("col");
  const int shape = d.opcode.take_one_of({"m16n8k8", "m16n8k16"});
  const Type of_d = d.opcode.take_type(), of_a = d.opcode.take_type(), of_b = d.opcode.take_type(),
             of_c = d.opcode.take_type();
  const Type factor = shape == 0 ? Type::tf32 : Type::bf16;
  if (!known || shape < 0 || of_a != factor || of_b != factor || of_d != Type::f32 || of_c != Type::f32)
    refuse("is supported as m16n8k8 of tf32 and m16n8k16 of bf16 only, row by column, with sums in f32");
  d.expect_operands(4);
  const int elements[] = {4, 4, 2, 4};
  for (std::size_t operand = 0; operand < 4; ++operand) {
    d.bind_elements(operand, 32);
    if (d.i.elements != elements[operand]) refuse("has an operand with the wrong number of registers");
  }
  d.i.flow = Flow::warp, d.i.whole_warp = true;
  d.i.run = shape == 0 ? mma_m16n8k8_tf32 : mma_m16n8k16_bf16;
}

}  // namespace

void add_tensor_core_opcodes(Decoders& all) {
  all[{"mma", Operands::any}] = decode_mma;
}

}  // namespace gs::ptx
