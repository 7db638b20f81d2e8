// reference.h - how often each byte occurs.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const long n = test.n;
  const auto byte = [](long i) { return double(i * i / 7 % 239 + i % 3 * 8); };  // some occur more often, some never
  const unsigned char* const a = test.input<unsigned char>("a", n, byte);
  int* const bins = test.output<int>("bins", 256);
  ::launch(a, bins, test.n);
  test.expect(bins, {.value = [=](long bin) {
                long count = 0;
                for (long i = 0; i < n; ++i) count += a[i] == bin;
                return double(count);
              }});
}

}  // namespace gs::judge
