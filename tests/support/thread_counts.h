// thread_counts.h - checks that a result has the same bits for any number of OpenMP threads.
#pragma once
#include <gtest/gtest.h>
#include <omp.h>

namespace gs::test {

/// Calls result() with 1, 2, 3 and 5 threads; all must return the same.
template <class Result>
void expect_same_for_every_number_of_threads(const Result& result) {
  const int threads_before = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto alone = result();
  for (const int threads : {2, 3, 5}) {
    omp_set_num_threads(threads);
    EXPECT_TRUE(result() == alone) << threads << " threads";
  }
  omp_set_num_threads(threads_before);
}

}  // namespace gs::test
