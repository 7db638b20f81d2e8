// reference.h - the shares of each row.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long width = test.size[0], height = test.size[1];
  const float* const a = test.input<float>("a", width * height, [=](long i) {
    const long x = i % width, y = i / width;  // rows around -400, -300 ..., and one with a NaN
    return y == 3 && x == width / 2 ? std::nan("") : double(100 * (y % 9 - 4)) + double(x * 37 % 101) / 16;
  });
  float* const out = test.output<float>("out", width * height);
  ::launch(a, out, int(width), int(height));
  const auto exponential = [=](long i, float greatest) { return std::exp(double(a[i]) - greatest); };
  const auto share = [=](long i) {
    const long first = i / width * width;
    const float greatest = *std::max_element(a + first, a + first + width);
    double sum = 0;
    for (long x = first; x < first + width; ++x) sum += exponential(x, greatest);
    return exponential(i, greatest) / sum;
  };
  std::vector<double> shares;
  for (long i = 0; i < width * height; ++i) shares.push_back(share(i));
  test.expect(out, {.value = [&](long i) { return shares[std::size_t(i)]; }, .row = width});
}

}  // namespace gs::judge
