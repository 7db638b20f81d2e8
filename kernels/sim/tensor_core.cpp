// tensor_core.cpp - computes a warp's matrix instructions, by the documented layouts of their fragments.
#include <bit>

#include "kernels/sim/block.h"

namespace gs::simulator {
namespace {

/// The registers of one lane. They lie on its stack until all lanes have met.
struct Fragments {
  float* d;
  const std::uint32_t *a, *b;
};
struct Rows {
  std::uint32_t* result;
  const std::uint32_t* row;
};

float tf32(std::uint32_t bits) {
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;  // dropping its low bits could make it infinity
  return std::bit_cast<float>(nan ? 0x7fffffffu : bits & ~0x1fffu);
}
float bf16(std::uint32_t word, int half) {
  return std::bit_cast<float>(half ? word & 0xffff0000u : word << 16);
}

/// D += A B with sums in fp32. gather_a and gather_b place a lane's words in A (16 x depth) and B (depth x 8).
template <int depth, class GatherA, class GatherB>
void multiply(void* const (&lanes)[warp_size], GatherA gather_a, GatherB gather_b) {
  float a[16][depth], b[depth][8];
  for (unsigned lane = 0; lane < warp_size; ++lane) {
    const auto& f = *static_cast<const Fragments*>(lanes[lane]);
    gather_a(a, f.a, lane / 4, lane % 4);
    gather_b(b, f.b, lane / 4, lane % 4);
  }
  for (unsigned lane = 0; lane < warp_size; ++lane) {
    const auto& f = *static_cast<const Fragments*>(lanes[lane]);
    for (unsigned i = 0; i < 4; ++i) {
      const unsigned row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
      float sum = f.d[i];
      for (int k = 0; k < depth; ++k) sum += a[row][k] * b[k][column];
      f.d[i] = sum;
    }
  }
}

void multiply_tf32(void* const (&lanes)[warp_size]) {
  multiply<8>(
      lanes,
      [](auto& a, const std::uint32_t* r, unsigned g, unsigned t) {
        for (unsigned i = 0; i < 4; ++i) a[g + i % 2 * 8][t + i / 2 * 4] = tf32(r[i]);
      },
      [](auto& b, const std::uint32_t* r, unsigned g, unsigned t) {
        for (unsigned i = 0; i < 2; ++i) b[t + i * 4][g] = tf32(r[i]);
      });
}

void multiply_bf16(void* const (&lanes)[warp_size]) {
  multiply<16>(
      lanes,
      [](auto& a, const std::uint32_t* r, unsigned g, unsigned t) {
        for (unsigned i = 0; i < 8; ++i) a[g + i / 2 % 2 * 8][t * 2 + i / 4 * 8 + i % 2] = bf16(r[i / 2], int(i % 2));
      },
      [](auto& b, const std::uint32_t* r, unsigned g, unsigned t) {
        for (unsigned i = 0; i < 4; ++i) b[t * 2 + i / 2 * 8 + i % 2][g] = bf16(r[i / 2], int(i % 2));
      });
}

void hand_out_rows(void* const (&lanes)[warp_size]) {
  for (unsigned lane = 0; lane < warp_size; ++lane)
    for (unsigned matrix = 0; matrix < 4; ++matrix)
      static_cast<Rows*>(lanes[lane])->result[matrix] =
          static_cast<const Rows*>(lanes[matrix * 8 + lane / 4])->row[lane % 4];
}

/// Transposed matrices: a lane's pair (2t, g), (2t + 1, g) comes from two rows, one half each.
void hand_out_columns(void* const (&lanes)[warp_size]) {
  for (unsigned lane = 0; lane < warp_size; ++lane)
    for (unsigned matrix = 0; matrix < 4; ++matrix) {
      const unsigned column = lane / 4, row = matrix * 8 + lane % 4 * 2;
      const auto element = [&](unsigned i) {
        return static_cast<const Rows*>(lanes[i])->row[column / 2] >> column % 2 * 16 & 0xffffu;
      };
      static_cast<Rows*>(lanes[lane])->result[matrix] = element(row) | element(row + 1) << 16;
    }
}

}  // namespace

void mma_m16n8k8_tf32(float* d, const std::uint32_t* a, const std::uint32_t* b, Place where) {
  Fragments mine{d, a, b};
  meet_whole_warp(&multiply_tf32, &mine, where);
}
void mma_m16n8k16_bf16(float* d, const std::uint32_t* a, const std::uint32_t* b, Place where) {
  Fragments mine{d, a, b};
  meet_whole_warp(&multiply_bf16, &mine, where);
}
void ldmatrix_x4(std::uint32_t* result, const std::uint32_t* row, Place where) {
  Rows mine{result, row};
  meet_whole_warp(&hand_out_rows, &mine, where);
}
void ldmatrix_x4_trans(std::uint32_t* result, const std::uint32_t* row, Place where) {
  Rows mine{result, row};
  meet_whole_warp(&hand_out_columns, &mine, where);
}

}  // namespace gs::simulator
