// storage_simd.h - conversions for *_simd.cu variants that compute in fp32 on converted copies: bf16 to fp32 and
// back, and fp32 rounded to tf32.
#pragma once
#include <initializer_list>

#include "kernels/common/bf16.h"
#include "kernels/common/host_vector.h"
#include "kernels/common/tensor_core.h"

namespace gs::GS_TARGET {

/// Splits a workspace into arrays of floats, each at a multiple of 64 bytes.
class FloatPieces {
 public:
  explicit FloatPieces(void* workspace) : next_(static_cast<float*>(workspace)) {}
  float* take(std::int64_t floats) {
    float* const piece = next_;
    next_ += vectors_in(floats) * lanes;
    return piece;
  }
  void* rest() const { return next_; }

  static std::size_t bytes(std::initializer_list<std::int64_t> pieces) {
    std::int64_t vectors = 0;
    for (const std::int64_t floats : pieces) vectors += vectors_in(floats);
    return std::size_t(vectors) * sizeof(Vec);
  }

 private:
  float* next_;
};

/// to[i] = f(from[i]) for n values, on all cores.
template <class To, class From, class F>
void convert(To* to, const From* from, std::int64_t n, const F& f) {
  host_shares(
      n,
      [=](std::int64_t begin, std::int64_t end) {
        To* __restrict__ const out = to;
        const From* __restrict__ const in = from;
        for (std::int64_t i = begin; i < end; ++i) out[i] = f(in[i]);
      },
      32768);
}

inline const float* widened(float* to, const bf16* from, std::int64_t n) {
  convert(to, from, n, [](bf16 x) { return gs::widened(x); });
  return to;
}
inline const float* rounded_to_tf32(float* to, const float* from, std::int64_t n) {
  convert(to, from, n, [](float x) { return __builtin_bit_cast(float, round_to_tf32(x)); });
  return to;
}
inline void round_back(bf16* to, const float* from, std::int64_t n) {
  convert(to, from, n, [](float x) { return rounded<bf16>(x); });
}
/// If `relu_output` is given: to[i] = 0 if relu_output[i] <= 0, else scale * from[i], rounded. Else as above.
inline void round_back(bf16* to, const float* from, const bf16* relu_output, std::int64_t n, float scale = 1) {
  if (!relu_output) return round_back(to, from, n);
  host_shares(
      n,
      [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          to[i] = rounded<bf16>(gs::widened(relu_output[i]) <= 0 ? 0.0f : scale * from[i]);
      },
      32768);
}

}  // namespace gs::GS_TARGET
