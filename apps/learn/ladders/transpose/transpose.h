// transpose.h - checks a transposition: out[column][row] = in[row][column].
#pragma once
#include "../check.h"

/// Calls launch(in, out, rows, columns). `words`: "rows columns", or none.
template <class Launch>
int check_transpose(int count, char** words, Launch launch) {
  return for_sizes(count, words, {{96, 80}, {50, 33}}, [&](const Size& size) {
    const int rows = size[0], columns = size[1];
    const Floats values = numbers(rows * columns, 1);
    Floats right(values.size());
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column) right[column * rows + row] = values[row * columns + column];
    const OnGpu in(values), out(Floats(values.size(), NAN));
    launch(in.data, out.data, rows, columns);
    return near_enough(size, out.read(), right, Floats(right.size(), 1), 0);
  });
}
