// reference.h - max-pooling and its gradient.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long OH = test.size[0], OW = test.size[1], H = 2 * OH + 1, W = 2 * OW + 1;
  // Few different values, so that some are equal; the largest ones where four windows meet.
  const float* const x = test.input<float>("x", H * W, [=](long i) {
    const bool corner = i / W % 2 == 0 && i % W % 2 == 0;
    return double(i * 7 % 5) + (corner ? 3 : 0);
  });
  const float* const dy = test.input<float>("dy", OH * OW, [](long i) { return 1.0 / double(i + 3); });
  float* const y = test.output<float>("y", OH * OW);
  unsigned char* const which = test.output<unsigned char>("which", OH * OW);
  float* const dx = test.output<float>("dx", H * W);
  ::launch(x, y, which, dy, dx, int(OH), int(OW));
  std::vector<double> maximum, at, gradient(std::size_t(H * W), 0.0);
  for (long window = 0; window < OH * OW; ++window) {
    const long first = window / OW * 2 * W + window % OW * 2;
    long best = 0;
    for (long k = 1; k < 9; ++k)
      if (x[first + k / 3 * W + k % 3] > x[first + best / 3 * W + best % 3]) best = k;
    maximum.push_back(x[first + best / 3 * W + best % 3]);
    at.push_back(double(best));
    gradient[std::size_t(first + best / 3 * W + best % 3)] += dy[window];
  }
  test.expect(y, {.value = [&](long i) { return maximum[std::size_t(i)]; }, .row = OW});
  test.expect(which, {.value = [&](long i) { return at[std::size_t(i)]; }, .row = OW});
  test.expect(dx, {.value = [&](long i) { return gradient[std::size_t(i)]; }, .row = W});
}

}  // namespace gs::judge
