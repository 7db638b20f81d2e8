// reference.h - sums of columns, and every 32nd element of rows.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const int width = test.size[0], height = test.size[1];
  const float* const a = test.input<float>("a", long(width) * height);
  float* const columns = test.output<float>("columns", width);
  float* const parts = test.output<float>("parts", height * 32L);
  ::launch(a, columns, parts, width, height);
  test.expect(columns, {.value = [=](long x) {
                double sum = 0;
                for (long y = 0; y < height; ++y) sum += a[y * width + x];
                return sum;
              }});
  test.expect(parts, {.value =
                          [=](long i) {
                            double sum = 0;
                            for (long x = i % 32; x < width; x += 32) sum += a[i / 32 * width + x];
                            return sum;
                          },
                      .row = 32});
}

}  // namespace gs::judge
