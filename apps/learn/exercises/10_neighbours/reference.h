// reference.h - the mean of nine neighbours.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long n = test.n;
  const float* const a = test.input<float>("a", n);
  float* const out = test.output<float>("out", n);
  ::launch(a, out, test.n);
  test.expect(out, {.value = [=](long i) {
                double sum = 0;
                for (long j = std::max(0L, i - 4); j < std::min(n, i + 5); ++j) sum += a[j];
                return sum / 9;
              }});
}

}  // namespace gs::judge
