// chain_simd.cu - y = x after depth times x = a x + b on the cores of a CPU: what changed from chain_element is that
// each core keeps eight vectors in its registers, so that neither of its multiply-add units waits for the
// result of the one before.
#include <algorithm>

#include "kernels/common/host_vector.h"
#include "kernels/common/registration.h"
#include "kernels/peak/peak.h"

namespace gs::GS_TARGET {
namespace {

template <int vectors>
GS_INLINE void chain(float* y, const float* x, std::int64_t n, const MultiplyAdds& p) {
  Vec value[vectors];
  for (int v = 0; v < vectors; ++v) value[v] = load(x + v * lanes, int(std::min<std::int64_t>(n - v * lanes, lanes)));
  const Vec a = broadcast(p.a), b = broadcast(p.b);
  for (int k = 0; k < p.depth; ++k)
    for (int v = 0; v < vectors; ++v) value[v] = a * value[v] + b;
  for (int v = 0; v < vectors; ++v) store(y + v * lanes, value[v], int(std::min<std::int64_t>(n - v * lanes, lanes)));
}

void chain_simd(float* y, const float* x, const MultiplyAdds& p, void*, stream_t) {
  host_shares(vectors_in(p.size), [&](std::int64_t begin, std::int64_t end) {
    for_tiles<8>(end - begin, [&]<int vectors>(std::int64_t first) {
      const std::int64_t at = (begin + first) * lanes;
      chain<vectors>(y + at, x + at, p.size - at, p);
    });
  });
}

void add_variants(Registry& registry) {
  registry.add<ChainMultiplyAdds>({.name = "simd", .rank = 2, .targets = on_host, .launch = &chain_simd});
}
const Registration registration(&add_variants);

}  // namespace
}  // namespace gs::GS_TARGET
