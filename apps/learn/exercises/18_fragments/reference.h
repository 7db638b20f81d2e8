// reference.h - the product of two matrices that are rounded to tf32.
#pragma once
#include <bit>

namespace gs::judge {

inline double tf32(float x) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) + 0x1000u) & ~0x1fffu);
}

inline void exercise(Test& test) {
  const long rows = test.size[0], columns = test.size[1], inner = test.size[2];
  const float* const a = test.input<float>("a", rows * inner, [](long i) { return double(i * 37 % 101 - 50) / 7; });
  const float* const b = test.input<float>("b", inner * columns, [](long i) { return double(i * 53 % 103 - 51) / 7; });
  float* const c = test.output<float>("c", rows * columns);
  ::launch(a, b, c, int(rows), int(columns), int(inner));
  std::vector<double> product;
  for (long i = 0; i < rows * columns; ++i) {
    product.push_back(0);
    for (long k = 0; k < inner; ++k)
      product.back() += tf32(a[i / columns * inner + k]) * tf32(b[k * columns + i % columns]);
  }
  test.expect(c, {.value = [&](long i) { return product[std::size_t(i)]; }, .tolerance = 1e-4, .row = columns});
}

}  // namespace gs::judge
