// convolution.h - checks a convolution with filters of 3 x 3, without padding:
// out[f][y][x] = the sum over c, dy, dx of in[c][y + dy][x + dx] * filters[f][c][dy][dx].
#pragma once
#include "../check.h"

struct Shape {
  int channels, filters, height, width;  ///< of the input

  __host__ __device__ int out_height() const { return height - 2; }
  __host__ __device__ int out_width() const { return width - 2; }
  __host__ __device__ int pixels() const { return out_height() * out_width(); }  ///< of a channel of the output
};

/// Calls launch(in, filters, out, shape). `words`: "channels filters height width", or none. `allowed`: as a part of
/// the sum of the absolute products.
template <class Launch>
int check_convolution(int count, char** words, double allowed, Launch launch) {
  return for_sizes(count, words, {{3, 5, 20, 26}, {2, 20, 9, 70}}, [&](const Size& size) {
    const Shape shape = {size[0], size[1], size[2], size[3]};
    const Floats in = numbers(shape.channels * shape.height * shape.width, 1);
    const Floats filters = numbers(shape.filters * shape.channels * 9, 2);
    Floats right(shape.filters * shape.pixels()), scale(right.size());
    for (int at = 0; at < int(right.size()); ++at) {
      const int f = at / shape.pixels(), y = at % shape.pixels() / shape.out_width(), x = at % shape.out_width();
      double sum = 0, absolute = 0;
      for (int i = 0; i < shape.channels * 9; ++i) {
        const int c = i / 9, dy = i % 9 / 3, dx = i % 3;
        const double term =
            double(in[(c * shape.height + y + dy) * shape.width + x + dx]) * filters[f * shape.channels * 9 + i];
        sum += term, absolute += std::fabs(term);
      }
      right[at] = float(sum), scale[at] = float(absolute);
    }
    const OnGpu gpu_in(in), gpu_filters(filters), gpu_out(Floats(right.size(), NAN));
    launch(gpu_in.data, gpu_filters.data, gpu_out.data, shape);
    return near_enough(size, gpu_out.read(), right, scale, allowed);
  });
}
