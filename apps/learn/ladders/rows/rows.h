// rows.h - checks sums of rows: out[row] = the sum of in[row][column] over the columns.
#pragma once
#include "../check.h"

/// Calls launch(in, out, rows, columns). `words`: "rows columns", or none. The columns are a multiple of 4.
template <class Launch>
int check_rows(int count, char** words, Launch launch) {
  return for_sizes(count, words, {{96, 80}, {50, 1000}}, [&](const Size& size) {
    const int rows = size[0], columns = size[1];
    const Floats values = numbers(rows * columns, 1);
    Floats right(rows), scale(rows);
    for (int row = 0; row < rows; ++row) {
      double sum = 0, absolute = 0;
      for (int column = 0; column < columns; ++column) {
        sum += values[row * columns + column];
        absolute += std::fabs(values[row * columns + column]);
      }
      right[row] = float(sum), scale[row] = float(absolute);
    }
    const OnGpu in(values), out(Floats(rows, NAN));
    launch(in.data, out.data, rows, columns);
    return near_enough(size, out.read(), right, scale, 1e-6);
  });
}
