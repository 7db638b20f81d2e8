// reference.h - a 3 x 3 convolution, as its formula says.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long H = test.size[0], W = test.size[1], C = test.size[2], F = test.size[3];
  const float* const picture =
      test.input<float>("picture", H * W * C, [](long i) { return double(i * 37 % 101 - 50) / 8; });
  const float* const weights =
      test.input<float>("weights", 9 * C * F, [](long i) { return double(i * 53 % 103 - 51) / 8; });
  float* const out = test.output<float>("out", H * W * F);
  ::launch(picture, weights, out, int(H), int(W), int(C), int(F));
  test.expect(out, {.value =
                        [=](long i) {
                          const long f = i % F, q = i / F % W, p = i / F / W;
                          double sum = 0;
                          for (long y = std::max(0L, p - 1); y <= std::min(H - 1, p + 1); ++y)
                            for (long x = std::max(0L, q - 1); x <= std::min(W - 1, q + 1); ++x)
                              for (long c = 0; c < C; ++c)
                                sum += double(picture[(y * W + x) * C + c]) *
                                       weights[(((y - p + 1) * 3 + x - q + 1) * C + c) * F + f];
                          return sum;
                        },
                    .row = F});
}

}  // namespace gs::judge
