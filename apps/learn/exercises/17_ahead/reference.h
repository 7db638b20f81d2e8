// reference.h - the product of two matrices.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long rows = test.size[0], columns = test.size[1], inner = test.size[2];
  const float* const a = test.input<float>("a", rows * inner, [](long i) { return double(i * 37 % 101 - 50) / 8; });
  const float* const b = test.input<float>("b", inner * columns, [](long i) { return double(i * 53 % 103 - 51) / 8; });
  float* const c = test.output<float>("c", rows * columns);
  ::launch(a, b, c, int(rows), int(columns), int(inner));
  std::vector<double> product;
  for (long i = 0; i < rows * columns; ++i) {
    product.push_back(0);
    for (long k = 0; k < inner; ++k)
      product.back() += double(a[i / columns * inner + k]) * b[k * columns + i % columns];
  }
  test.expect(c, {.value = [&](long i) { return product[std::size_t(i)]; }, .row = columns});
}

}  // namespace gs::judge
