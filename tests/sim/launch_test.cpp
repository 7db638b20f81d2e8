// launch_test.cpp - limits of a launch, distribution of work, thread order, exceptions.
#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "kernels/sim/simulator.h"
#include "tests/sim/cases.h"

namespace {

using gs::simulator::SimError;

/// The message of the SimError that `call` throws; empty if it throws none.
template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const SimError& error) {
    return error.what();
  }
  return "";
}

class Launch : public ::testing::Test {
 protected:
  void TearDown() override {
    gs::simulator::options() = {};
    omp_set_num_threads(threads_);
  }
  const int threads_ = omp_get_max_threads();
};

TEST_F(Launch, what_cuda_refuses_is_refused_with_the_line_of_the_launch) {
  using gs::sim::launch_shape;
  const std::size_t all_shared = 227 << 10;
  EXPECT_EQ(message_of([&] { launch_shape(1, 1, 1, 1024, 1, 1, all_shared); }), "");
  EXPECT_EQ(message_of([&] { launch_shape(1, 65535, 1, 16, 1, 64, 0); }), "");
  const auto refused = [&](unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                           std::size_t shared) {
    const std::string text = message_of([&] { launch_shape(gx, gy, gz, bx, by, bz, shared); });
    EXPECT_EQ(text.find("launch of kernel do_nothing at correct_kernels.cu:"), 0u) << text;
    return text;
  };
  EXPECT_NE(refused(1, 1, 1, 1025, 1, 1, 0).find("1025 x 1 x 1 threads"), std::string::npos);
  EXPECT_NE(refused(1, 1, 1, 32, 33, 1, 0).find("32 x 33 x 1 threads"), std::string::npos);
  EXPECT_NE(refused(1, 1, 1, 1, 1, 65, 0).find("1 x 1 x 65 threads"), std::string::npos);
  EXPECT_NE(refused(1, 1, 1, 65536, 65536, 1, 0).find("65536 x 65536 x 1 threads"), std::string::npos);
  EXPECT_NE(refused(1, 1, 1, 0, 1, 1, 0).find("0 x 1 x 1 threads"), std::string::npos);
  EXPECT_NE(refused(0, 1, 1, 1, 1, 1, 0).find("0 x 1 x 1 blocks"), std::string::npos);
  EXPECT_NE(refused(1, 65536, 1, 1, 1, 1, 0).find("1 x 65536 x 1 blocks"), std::string::npos);
  EXPECT_NE(refused(1, 1, 65536, 1, 1, 1, 0).find("1 x 1 x 65536 blocks"), std::string::npos);
  EXPECT_NE(refused(0x80000000u, 1, 1, 1, 1, 1, 0).find("2147483648 x 1 x 1 blocks"), std::string::npos);
  EXPECT_NE(refused(1, 1, 1, 1, 1, 1, all_shared + 1).find("232449 bytes"), std::string::npos);
}

TEST_F(Launch, every_element_is_visited_once_by_any_number_of_threads) {
  for (int threads : {1, 2, 3, 7})
    for (std::int64_t n : {0, 1, 63, 64, 65, 8191, 16384, 16385, 100003}) {
      omp_set_num_threads(threads);
      std::vector<int> on_host(std::size_t(n), 0), on_sim(std::size_t(n), 0);
      gs::host::visit_once(on_host.data(), n);
      gs::sim::visit_once(on_sim.data(), n);
      EXPECT_TRUE(std::all_of(on_host.begin(), on_host.end(), [](int v) { return v == 1; })) << n << " elements";
      EXPECT_TRUE(std::all_of(on_sim.begin(), on_sim.end(), [](int v) { return v == 1; })) << n << " elements";
    }
}

TEST_F(Launch, host_shares_are_contiguous_balanced_and_at_least_a_grain_long) {
  omp_set_num_threads(4);
  for (std::int64_t n : {0, 1, 5, 99, 100, 1000})
    for (std::int64_t grain : {1, 7, 50, 2000}) {
      std::vector<std::int64_t> begins(8), ends(8);
      int shares = 0;
      gs::host::record_shares(n, grain, begins.data(), ends.data(), &shares);
      ASSERT_EQ(shares, n == 0 ? 0 : int(std::clamp<std::int64_t>(n / grain, 1, 4)));
      begins.resize(std::size_t(shares));
      ends.resize(std::size_t(shares));
      std::sort(begins.begin(), begins.end());
      std::sort(ends.begin(), ends.end());
      for (std::size_t i = 0; i < begins.size(); i++) {
        EXPECT_EQ(begins[i], i == 0 ? 0 : ends[i - 1]);
        EXPECT_GE(ends[i] - begins[i], std::min(grain, n));
        EXPECT_LE(ends[i] - begins[i], n / shares + 1);
      }
      EXPECT_EQ(ends.empty() ? 0 : ends.back(), n);
      int on_sim = 0;
      begins.resize(8);
      ends.resize(8);
      gs::sim::record_shares(n, grain, begins.data(), ends.data(), &on_sim);
      EXPECT_EQ(on_sim, 1);
      EXPECT_EQ(begins[0], 0);
      EXPECT_EQ(ends[0], n);
    }
}

TEST_F(Launch, inside_a_parallel_region_a_launch_stays_on_its_thread) {
  std::vector<int> visits(100003, 0);
#pragma omp parallel num_threads(2)
#pragma omp single
  gs::host::visit_once(visits.data(), std::int64_t(visits.size()));
  EXPECT_TRUE(std::all_of(visits.begin(), visits.end(), [](int v) { return v == 1; }));
}

TEST_F(Launch, blocks_run_on_all_openmp_threads_and_none_twice) {
  omp_set_num_threads(4);
  int counter = 0;
  gs::sim::count_up(&counter, 1000, 33);
  EXPECT_EQ(counter, 33000);
  gs::simulator::options() = {.random_order = true, .seed = 5};
  gs::sim::count_up(&counter, 1000, 33);
  EXPECT_EQ(counter, 66000);
}

std::vector<int> order_of_threads(unsigned threads) {
  std::vector<int> order(2 * threads, -1);
  int next = 0;
  gs::sim::order_of_threads(order.data(), &next, threads);
  return order;
}

TEST_F(Launch, threads_run_in_ascending_order_by_default) {
  const std::vector<int> order = order_of_threads(96);
  for (int i = 0; i < 192; i++) EXPECT_EQ(order[std::size_t(i)], i % 96);
}

TEST_F(Launch, random_order_is_another_order_that_its_seed_repeats) {
  const std::vector<int> ascending = order_of_threads(96);
  gs::simulator::options() = {.random_order = true, .seed = 11};
  const std::vector<int> first = order_of_threads(96), again = order_of_threads(96);
  gs::simulator::options().seed = 12;
  const std::vector<int> other = order_of_threads(96);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, ascending);
  EXPECT_NE(first, other);
  // every thread appears once before and once after the barrier, in different orders
  std::vector<int> before(first.begin(), first.begin() + 96), after(first.begin() + 96, first.end());
  EXPECT_NE(before, after);
  std::sort(before.begin(), before.end());
  std::sort(after.begin(), after.end());
  EXPECT_EQ(before, after);
  for (int i = 0; i < 96; i++) EXPECT_EQ(before[std::size_t(i)], i);
}

TEST_F(Launch, what_a_kernel_throws_reaches_the_caller_and_the_next_launch_works) {
  for (int round = 0; round < 3; round++) {
    EXPECT_THROW(gs::sim::throw_from_kernel(), gs::Error);
    EXPECT_THROW(gs::host::throw_from_kernel(), gs::Error);
    EXPECT_THROW(gs::host::throw_from_share(100000), gs::Error);
    EXPECT_THROW(gs::host::throw_from_share(10), gs::Error);
    EXPECT_THROW(gs::sim::throw_from_share(100), gs::Error);
    std::vector<float> x(256, 3.0f), y(256, 0.0f);
    gs::sim::reverse_in_shared(y.data(), x.data(), 1, 256, true);
    EXPECT_EQ(x, y);
  }
}

TEST_F(Launch, exited_threads_do_not_count_when_the_hardwares_rule_is_asked_for) {
  std::vector<float> y(64, 0.0f);
  EXPECT_THROW(gs::sim::exit_early(y.data(), 50), SimError);
  gs::simulator::options().strict_exit = false;
  gs::sim::exit_early(y.data(), 50);
  for (int i = 0; i < 64; i++) EXPECT_EQ(y[std::size_t(i)], i < 50 ? 1.0f : 0.0f);
}

TEST_F(Launch, a_kernel_is_called_by_its_name_without_namespaces) {
  EXPECT_EQ(gs::sim::name_of_a_template(), "product<8>");
  EXPECT_EQ(gs::host::name_of_a_template(), "product<8>");
}

TEST_F(Launch, a_stack_that_overflows_ends_the_program_instead_of_spoiling_another) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(gs::sim::overflow_the_stack(), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(Launch, without_the_checker_there_are_no_reports) {
  EXPECT_FALSE(gs::simulator::checker_present());
  float memory[256] = {};
  for (const gs::BrokenCase& c : gs::sim::cases_the_checker_catches())
    if (c.name == "two_writers") c.run(memory, memory, true);
  EXPECT_TRUE(gs::simulator::take_reports().empty());
}

}  // namespace
