// batch_norm_test.cpp - every variant of batch normalisation against the reference: whole and partial batches, means
// much larger than the deviation, NaN; and the reference against finite differences.
#include "kernels/batch_norm/batch_norm_ref.h"
#include "tests/support/activations.h"
#include "tests/support/gradient_check.h"
#include "tests/support/thread_counts.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

constexpr double eps = std::numeric_limits<float>::epsilon();

/// A problem, how many of its images count, and the mean of its inputs.
struct BatchNormCase {
  BatchNorm p;
  int valid;
  double mean = 0;
};

std::vector<BatchNormCase> batch_norm_cases() {
  std::vector<BatchNormCase> list;
  for (const bool relu : {false, true})
    for (BatchNormCase c : {BatchNormCase{{1, 1, 1}, 1}, BatchNormCase{{2, 1, 3}, 2}, BatchNormCase{{3, 49, 5}, 3},
                            BatchNormCase{{3, 49, 5}, 2, 100}, BatchNormCase{{4, 64, 33}, 3},
                            BatchNormCase{{1, 1, 40}, 1}, BatchNormCase{{130, 1, 64}, 127},
                            BatchNormCase{{5, 1000, 17}, 4, 1000}, BatchNormCase{{2, 9001, 3}, 1, -30}}) {
      c.p.relu = relu;
      list.push_back(c);
    }
  return list;
}

std::string describe(const BatchNormCase& c) {
  return (testing::Message() << c.valid << " of " << c.p.n << " images of " << c.p.pixels << " pixels, " << c.p.c
                             << " channels, mean " << c.mean << (c.p.relu ? ", ReLU" : ""))
      .GetString();
}

StepState state_of(const BatchNormCase& c) {
  StepState state;
  state.batch = std::uint32_t(c.p.n);
  state.samples = std::uint32_t(c.valid);
  return state;
}

/// Inputs of the op, and the reference's results.
template <class T>
struct Inputs {
  std::vector<float> x, gamma, beta, running_mean, running_variance;

  explicit Inputs(const BatchNormCase& c)
      : x(activations<T>(c.p.size(), 1, c.mean - 1, c.mean + 1)),
        gamma(random_values(c.p.c, 2, -2, 2)),
        beta(random_values(c.p.c, 3)),
        running_mean(random_values(c.p.c, 4)),
        running_variance(random_values(c.p.c, 5, 0.5, 2)) {}
  ref::BatchNormed forward(const BatchNormCase& c) const {
    return ref::batch_norm_forward(c.p, c.valid, widen(x), widen(gamma), widen(beta), widen(running_mean),
                                   widen(running_variance));
  }
  /// A mean is off by a few roundings of itself, and so is x - mean; a variance by as much relative to the deviation.
  std::vector<double> bounds_of_y(const std::vector<double>& mean, const std::vector<double>& inverse_deviation) const {
    std::vector<double> bounds(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % gamma.size();
      bounds[i] = 8 * eps *
                  (std::abs(gamma[c]) * inverse_deviation[c] * (std::abs(x[i]) + std::abs(mean[c])) *
                       (1 + std::abs(x[i] - mean[c]) * inverse_deviation[c]) +
                   std::abs(beta[c]));
    }
    return bounds;
  }
};

template <class T>
void check_forward(const BatchNormCase& c) {
  const Inputs<T> in(c);
  const ref::BatchNormed want = in.forward(c);
  std::vector<double> of_deviation(want.mean.size());
  for (std::size_t k = 0; k < of_deviation.size(); ++k)
    of_deviation[k] = 8 * eps * want.inverse_deviation[k] * (1 + (1 + std::abs(c.mean)) * want.inverse_deviation[k]);
  for_each_variant<BatchNormForward<T>>(c.p, [&](auto launch) {
    Stored<T> x(in.x);
    DeviceArray<float> gamma(in.gamma), beta(in.beta);
    DeviceArray<StepState> state(std::vector{state_of(c)});
    GuardedStored<T> y(in.x.size());
    GuardedArray<float> mean(in.gamma.size()), inverse_deviation(in.gamma.size());
    GuardedArray<float> running_mean(in.running_mean), running_variance(in.running_variance);
    launch(y.data(), mean.data(), inverse_deviation.data(), running_mean.data(), running_variance.data(), x.data(),
           gamma.data(), beta.data(), state.data());
    EXPECT_TRUE(agree(mean.values(), want.mean, 4 * eps * (1 + std::abs(c.mean))));
    EXPECT_TRUE(agree(inverse_deviation.values(), want.inverse_deviation, of_deviation));
    EXPECT_TRUE(agree(running_mean.values(), want.running_mean, 4 * eps * (1 + std::abs(c.mean))));
    EXPECT_TRUE(agree(running_variance.values(), want.running_variance, 8 * eps * (2 + std::abs(c.mean))));
    EXPECT_TRUE(agree(y.values(), want.y, stored_bounds<T>(want.y, in.bounds_of_y(want.mean, want.inverse_deviation))));
    EXPECT_TRUE(y.intact());
    for (const auto* array : {&mean, &inverse_deviation, &running_mean, &running_variance})
      EXPECT_TRUE(array->intact());
  });
}

template <class T>
void check_inference(const BatchNormCase& c) {
  const Inputs<T> in(c);
  const auto want = ref::batch_norm_map(c.p, widen(in.x), widen(in.gamma), widen(in.beta), widen(in.running_mean),
                                        widen(in.running_variance));
  const std::vector<double> inverse_deviation(in.gamma.size(), std::sqrt(2.0));
  for_each_variant<BatchNormInference<T>>(c.p, [&](auto launch) {
    Stored<T> x(in.x);
    DeviceArray<float> gamma(in.gamma), beta(in.beta), mean(in.running_mean), variance(in.running_variance);
    GuardedStored<T> y(in.x.size());
    launch(y.data(), x.data(), gamma.data(), beta.data(), mean.data(), variance.data());
    EXPECT_TRUE(
        agree(y.values(), want, stored_bounds<T>(want, in.bounds_of_y(widen(in.running_mean), inverse_deviation))));
    EXPECT_TRUE(y.intact());
  });
}

template <class T>
void check_backward(const BatchNormCase& c, bool masked) {
  const Inputs<T> in(c);
  const ref::BatchNormed forward = in.forward(c);
  auto dy = activations<T>(c.p.size(), 6);
  const std::int64_t rows = c.valid * c.p.pixels;
  std::fill(dy.begin() + rows * c.p.c, dy.end(), 0.0f);
  const auto mask = out_of_relu(activations<T>(c.p.size(), 7));
  const auto want =
      ref::batch_norm_backward(c.p, c.valid, widen(dy), widen(in.x), widen(in.gamma), if_given(masked, mask));
  // The kernels' mean is rounded: every x^ is off by that.
  std::vector<double> of_gamma, of_beta, of_dx;
  for (std::size_t k = 0; k < in.gamma.size(); ++k) {
    const double center = (1 + std::abs(c.mean)) * forward.inverse_deviation[k];
    of_beta.push_back(bound(want.dbeta[k], want.dbeta_magnitude[k], rows));
    of_gamma.push_back(bound(want.dgamma[k], want.dgamma_magnitude[k], rows) +
                       2 * eps * center * want.dbeta_magnitude[k]);
  }
  for (std::size_t i = 0; i < in.x.size(); ++i) {
    const std::size_t k = i % in.gamma.size();
    const double normalised = std::abs(in.x[i] - forward.mean[k]) * forward.inverse_deviation[k];
    const double center = (1 + std::abs(c.mean)) * forward.inverse_deviation[k], m = double(rows);
    of_dx.push_back(std::abs(in.gamma[k]) * forward.inverse_deviation[k] *
                    ((of_beta[k] + normalised * of_gamma[k]) / m + 2 * eps * center * std::abs(want.dgamma[k]) / m +
                     8 * eps * (1 + std::abs(want.dbeta[k]) / m + normalised * std::abs(want.dgamma[k]) / m)));
  }
  for_each_variant<BatchNormBackward<T>>(c.p, [&](auto launch) {
    Stored<T> gradient(dy), x(in.x), relu_output(mask);
    DeviceArray<float> gamma(in.gamma), mean(std::vector<float>(forward.mean.begin(), forward.mean.end())),
        deviation(std::vector<float>(forward.inverse_deviation.begin(), forward.inverse_deviation.end()));
    DeviceArray<StepState> state(std::vector{state_of(c)});
    GuardedStored<T> dx(in.x.size());
    GuardedArray<float> dgamma(in.gamma.size()), dbeta(in.gamma.size());
    launch(dx.data(), dgamma.data(), dbeta.data(), gradient.data(), x.data(), gamma.data(), mean.data(),
           deviation.data(), if_given(masked, relu_output), state.data());
    EXPECT_TRUE(agree(dgamma.values(), want.dgamma, of_gamma));
    EXPECT_TRUE(agree(dbeta.values(), want.dbeta, of_beta));
    EXPECT_TRUE(agree(dx.values(), want.dx, stored_bounds<T>(want.dx, of_dx)));
    EXPECT_TRUE(dx.intact());
    EXPECT_TRUE(dgamma.intact());
    EXPECT_TRUE(dbeta.intact());
  });
}

TEST(BatchNorm, ForwardIsTheReference) {
  for (const BatchNormCase& c : batch_norm_cases()) {
    SCOPED_TRACE(describe(c));
    check_forward<float>(c), check_forward<bf16>(c);
    check_inference<float>(c), check_inference<bf16>(c);
    if (HasFailure()) return;
  }
}

TEST(BatchNorm, BackwardIsTheReference) {
  for (const BatchNormCase& c : batch_norm_cases())
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(describe(c));
      check_backward<float>(c, masked), check_backward<bf16>(c, masked);
      if (HasFailure()) return;
    }
}

/// Results of one forward pass.
struct Written {
  std::vector<float> y, mean, inverse_deviation, running_mean, running_variance;
  bool operator==(const Written&) const = default;
};

template <class Launch>
Written run_forward(const BatchNormCase& c, const Inputs<float>& in, const Launch& launch) {
  DeviceArray<float> x(in.x), gamma(in.gamma), beta(in.beta);
  DeviceArray<StepState> state(std::vector{state_of(c)});
  GuardedArray<float> y(in.x.size()), mean(in.gamma.size()), inverse_deviation(in.gamma.size());
  GuardedArray<float> running_mean(in.running_mean), running_variance(in.running_variance);
  launch(y.data(), mean.data(), inverse_deviation.data(), running_mean.data(), running_variance.data(), x.data(),
         gamma.data(), beta.data(), state.data());
  return {y.values(), mean.values(), inverse_deviation.values(), running_mean.values(), running_variance.values()};
}

/// Results of one backward pass: dx, dgamma, dbeta.
template <class Launch>
std::vector<std::vector<float>> run_backward(const BatchNormCase& c, const std::vector<float>& dy,
                                             const Inputs<float>& in, const Launch& launch) {
  const auto forward = in.forward(c);
  DeviceArray<float> gradient(dy), x(in.x), gamma(in.gamma),
      mean(std::vector<float>(forward.mean.begin(), forward.mean.end())),
      deviation(std::vector<float>(forward.inverse_deviation.begin(), forward.inverse_deviation.end()));
  DeviceArray<StepState> state(std::vector{state_of(c)});
  GuardedArray<float> dx(in.x.size()), dgamma(in.gamma.size()), dbeta(in.gamma.size());
  launch(dx.data(), dgamma.data(), dbeta.data(), gradient.data(), x.data(), gamma.data(), mean.data(), deviation.data(),
         static_cast<const float*>(nullptr), state.data());
  return {dx.values(), dgamma.values(), dbeta.values()};
}

/// A NaN spoils its channel and no other; in a row that does not count it spoils only its own y.
TEST(BatchNorm, NanStaysInItsChannel) {
  const BatchNormCase c{{3, 50, 5}, 2};
  const Inputs<float> clean(c);
  const std::size_t counted = 2 * 50 * 5, at = 7, behind = counted + 3;  // channels 2 and 3
  Inputs<float> broken = clean;
  broken.x[at] = broken.x[behind] = NAN;
  const auto dy = [&] {
    auto values = random_values(c.p.size(), 8);
    std::fill(values.begin() + counted, values.end(), 0.0f);
    return values;
  }();
  std::vector<Written> want;
  for_each_variant<BatchNormForward<float>>(c.p, [&](auto launch) { want.push_back(run_forward(c, clean, launch)); });
  std::size_t variant = 0;
  for_each_variant<BatchNormForward<float>>(c.p, [&](auto launch) {
    const Written got = run_forward(c, broken, launch);
    for (std::size_t i = 0; i < got.y.size(); ++i)
      EXPECT_TRUE(i % 5 == 2 || i == behind ? std::isnan(got.y[i]) : got.y[i] == want[variant].y[i]) << i;
    for (std::size_t k = 0; k < 5; ++k)
      for (const float v : {got.mean[k], got.inverse_deviation[k], got.running_mean[k], got.running_variance[k]})
        EXPECT_EQ(std::isnan(v), k == 2) << k;
    ++variant;
  });
  for_each_variant<BatchNormBackward<float>>(c.p, [&](auto launch) {
    const auto got = run_backward(c, dy, broken, launch);
    for (std::size_t i = 0; i < got[0].size(); ++i) EXPECT_EQ(std::isnan(got[0][i]), i < counted && i % 5 == 2) << i;
    for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(std::isnan(got[1][k]), k == 2) << k;
  });
}

TEST(BatchNorm, ABatchWithoutValidRowsChangesNoAverage) {
  const BatchNormCase c{{2, 3, 4}, 0};
  const Inputs<float> in(c);
  for_each_variant<BatchNormForward<float>>(c.p, [&](auto launch) {
    const Written got = run_forward(c, in, launch);
    EXPECT_EQ(got.running_mean, in.running_mean);
    EXPECT_EQ(got.running_variance, in.running_variance);
    for (const float v : got.y) EXPECT_TRUE(std::isfinite(v));
  });
  for_each_variant<BatchNormBackward<float>>(c.p, [&](auto launch) {
    for (const auto& values : run_backward(c, std::vector<float>(24), in, launch))
      EXPECT_EQ(values, std::vector<float>(values.size()));
  });
}

TEST(BatchNorm, TheSameBitsForEveryNumberOfThreads) {
  const BatchNormCase c{{4, 1003, 32}, 3};
  const Inputs<float> in(c);
  const auto dy = random_values(c.p.size(), 9);
  expect_same_for_every_number_of_threads([&] {
    std::vector<Written> all;
    for_each_variant<BatchNormForward<float>>(c.p, [&](auto launch) { all.push_back(run_forward(c, in, launch)); });
    return all;
  });
  expect_same_for_every_number_of_threads([&] {
    std::vector<std::vector<std::vector<float>>> all;
    for_each_variant<BatchNormBackward<float>>(c.p,
                                               [&](auto launch) { all.push_back(run_backward(c, dy, in, launch)); });
    return all;
  });
}

TEST(BatchNormReference, GradientByDifferences) {
  for (const int valid : {3, 2}) {
    const BatchNorm p{3, 4, 5};
    const std::size_t channels = 5, counted = std::size_t(valid) * 4 * channels;
    const auto x = random_values<double>(p.size(), 10), gamma = random_values<double>(p.c, 11),
               beta = random_values<double>(p.c, 12);
    auto weights = random_values<double>(p.size(), 13);
    std::fill(weights.begin() + std::ptrdiff_t(counted), weights.end(), 0.0);
    const std::vector<double> running(channels, 1);
    const auto loss = [&](const std::vector<double>& x, const std::vector<double>& gamma,
                          const std::vector<double>& beta) {
      return dot(weights, ref::batch_norm_forward(p, valid, x, gamma, beta, running, running).y);
    };
    const auto gradients = ref::batch_norm_backward(p, valid, weights, x, gamma);
    EXPECT_TRUE(is_gradient(
        gradients.dx, [&](const std::vector<double>& at) { return loss(at, gamma, beta); }, x));
    EXPECT_TRUE(is_gradient(
        gradients.dgamma, [&](const std::vector<double>& at) { return loss(x, at, beta); }, gamma));
    EXPECT_TRUE(is_gradient(
        gradients.dbeta, [&](const std::vector<double>& at) { return loss(x, gamma, at); }, beta));
  }
}

/// By hand: 1, 2, 3, 6 have mean 3 and variance 14 / 4, unbiased 14 / 3.
TEST(BatchNormReference, FourNumbers) {
  const BatchNorm p{.n = 4, .epsilon = 0, .momentum = 0.5f};
  const std::vector<double> zero = {0}, one = {1};
  const auto out = ref::batch_norm_forward(p, 4, std::vector<double>{1, 2, 3, 6}, one, zero, zero, zero);
  EXPECT_NEAR(out.y[3], 3 / std::sqrt(3.5), 1e-15);
  EXPECT_NEAR(out.running_mean[0], 1.5, 1e-15);
  EXPECT_NEAR(out.running_variance[0], 7.0 / 3, 1e-15);
}

TEST(BatchNormCosts, CountedByHand) {
  const BatchNorm p{2, 10, 3};  // 60 values
  EXPECT_EQ(cost(BatchNormForward<float>{}, p).bytes, 2 * 60 * 4 + 8 * 3 * 4);
  EXPECT_EQ(cost(BatchNormInference<bf16>{}, p).bytes, 2 * 60 * 2 + 4 * 3 * 4);
  EXPECT_EQ(cost(BatchNormBackward<bf16>{}, p).bytes, 3 * 60 * 2 + 5 * 3 * 4);
}

}  // namespace
}  // namespace gs::test
