// reference.h - the transposed matrix.
#pragma once

namespace gs::judge {

inline void exercise(Test& test) {
  const int width = test.size[0], height = test.size[1];
  const float* const a = test.input<float>("a", long(width) * height);
  float* const out = test.output<float>("out", long(width) * height);
  ::launch(a, out, width, height);
  test.expect(out, {.value = [=](long i) { return double(a[i % height * width + i / height]); }, .row = height});
}

}  // namespace gs::judge
