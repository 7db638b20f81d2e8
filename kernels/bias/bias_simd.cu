// bias_simd.cu - bias + ReLU and the bias gradient for a CPU: every core takes whole rows.
//
// Changed from bias_element: no modulo to find the column, so a row is one vector loop; and the gradient reads dy once,
// in order, instead of with a stride per column. Both move as many values as bias_element: bound by memory.
#include <algorithm>

#include "kernels/bias/bias.h"
#include "kernels/bias/bias_launchers.h"
#include "kernels/common/host_pixels.h"
#include "kernels/common/registration.h"

namespace gs::GS_TARGET {
namespace {

template <class T>
void add_bias_to_row(T* __restrict__ y, const T* __restrict__ bias, int columns, bool relu) {
  if (relu) {
    for (int j = 0; j < columns; ++j) {
      const float value = widened(y[j]) + widened(bias[j]);
      y[j] = rounded<T>(value <= 0 ? 0.0f : value);
    }
  } else {
    for (int j = 0; j < columns; ++j) y[j] = rounded<T>(widened(y[j]) + widened(bias[j]));
  }
}

/// Fixed, so that the bits do not depend on the number of threads.
constexpr std::int64_t slices = 32;

/// sums[j] = sum of dy[row, j] over [begin, end). Four rows at a time: the sums are loaded and stored a quarter as
/// often, and the four loads do not wait for one another.
template <class T>
void sum_rows(float* __restrict__ sums, const T* __restrict__ dy, std::int64_t begin, std::int64_t end, int columns) {
  std::fill_n(sums, columns, 0.0f);
  std::int64_t row = begin;
  for (; row + 4 <= end; row += 4) {
    const T* a = dy + row * columns;
    for (int j = 0; j < columns; ++j)
      sums[j] +=
          (widened(a[j]) + widened(a[j + columns])) + (widened(a[j + 2 * columns]) + widened(a[j + 3 * columns]));
  }
  for (; row < end; ++row)
    for (int j = 0; j < columns; ++j) sums[j] += widened(dy[row * columns + j]);
}

template <class T>
void run_activation(T* y, const T* bias, const Rows& problem, void*, stream_t) {
  for_each_pixel(problem.rows, problem.columns, [&](std::int64_t row) {
    add_bias_to_row(y + row * problem.columns, bias, problem.columns, problem.relu);
  });
}

}  // namespace

std::size_t bias_gradient_rows_workspace(const Rows& problem) {
  return std::size_t(slices) * std::size_t(problem.columns) * sizeof(float);
}

template <class T>
void bias_gradient_rows(float* db, const T* dy, const Rows& problem, void* workspace, stream_t) {
  auto* partial = static_cast<float*>(workspace);
  const std::int64_t columns = problem.columns;
  const std::int64_t values_per_slice = problem.rows * columns / slices;
  const std::int64_t grain = values_per_slice * slices < 32768 ? slices : 1;
  host_shares(
      slices,
      [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t slice = begin; slice < end; ++slice)
          sum_rows(partial + slice * columns, dy, problem.rows * slice / slices, problem.rows * (slice + 1) / slices,
                   problem.columns);
      },
      grain);
  for (std::int64_t j = 0; j < columns; ++j) {
    float sum = 0;
    for (std::int64_t slice = 0; slice < slices; ++slice) sum += partial[slice * columns + j];
    db[j] = sum;
  }
}

template BiasGradient<float>::Launch bias_gradient_rows;

namespace {

template <class T>
void add_variants(Registry& registry) {
  registry.add<BiasActivation<T>>({.name = "rows", .rank = 2, .targets = on_host, .launch = &run_activation<T>});
  registry.add<BiasGradient<T>>({.name = "rows",
                                 .rank = 3,
                                 .targets = on_host,
                                 .launch = &bias_gradient_rows<T>,
                                 .workspace_bytes = &bias_gradient_rows_workspace});
}
const Registration registration(&add_variants<float>, &add_variants<bf16>);

}  // namespace
}  // namespace gs::GS_TARGET
