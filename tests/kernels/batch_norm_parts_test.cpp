// batch_norm_parts_test.cpp - a batch in parts: moments, their join, the map, sums and the data gradient against the
// reference of the whole batch.
#include "kernels/batch_norm/batch_norm_parts.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/batch_norm/batch_norm_ref.h"
#include "tests/support/activations.h"
#include "tests/support/variants.h"

namespace gs::test {
namespace {

/// A batch whose valid images several ranks have: `rows` images of each part, some of which may be padding.
struct DividedBatch {
  std::vector<int> valid;  ///< of each part
  int rows = 3;            ///< images of a part
  std::int64_t pixels = 49;
  int c = 5;
  double mean = 0;

  BatchNorm part() const { return {rows, pixels, c}; }
  BatchNorm whole() const { return {int(valid.size()) * rows, pixels, c}; }
  int all_valid() const { return std::accumulate(valid.begin(), valid.end(), 0); }
  StepState state(std::size_t part) const {
    StepState state;
    state.batch = std::uint32_t(rows);
    state.samples = std::uint32_t(valid[part]);
    return state;
  }
};

const DividedBatch batches[] = {
    {{3}, 3, 49, 5},          {{3, 3}, 3, 49, 5},         {{3, 1, 0}, 3, 49, 5, 100}, {{2, 2, 1}, 2, 300, 33, -7},
    {{1, 1, 1, 1}, 1, 1, 40}, {{4, 2}, 4, 1000, 17, 1000}};

std::string words_of(const DividedBatch& b) {
  return (testing::Message() << b.valid.size() << " parts, " << b.all_valid() << " images of " << b.pixels
                             << " pixels, " << b.c << " channels, mean " << b.mean)
      .GetString();
}

/// Images of all parts, padding included, and the same with the valid ones in front, as one rank would have them.
template <class T>
struct DividedValues {
  std::vector<std::vector<float>> parts;
  std::vector<float> together;

  DividedValues(const DividedBatch& b, std::uint64_t seed, double low, double high) {
    const std::size_t image = std::size_t(b.pixels * b.c);
    std::vector<float> padding;
    for (std::size_t part = 0; part < b.valid.size(); ++part) {
      parts.push_back(activations<T>(b.part().size(), seed + part, low, high));
      const auto end = parts.back().begin() + std::ptrdiff_t(image * std::size_t(b.valid[part]));
      together.insert(together.end(), parts.back().begin(), end);
      padding.insert(padding.end(), end, parts.back().end());
    }
    together.insert(together.end(), padding.begin(), padding.end());
  }
};

constexpr double rounding = std::numeric_limits<float>::epsilon();

template <class T>
void check_moments(const DividedBatch& b) {
  const DividedValues<T> x(b, 1, b.mean - 1, b.mean + 1);
  for (std::size_t part = 0; part < b.valid.size(); ++part) {
    const std::int64_t rows = b.valid[part] * b.pixels;
    const ref::ChannelStatistics want = ref::channel_statistics(b.part(), rows, widen(x.parts[part]));
    for_each_variant<BatchNormMoments<T>>(b.part(), [&](auto launch) {
      Stored<T> values(x.parts[part]);
      DeviceArray<StepState> state(std::vector{b.state(part)});
      GuardedArray<float> moments(std::size_t(3 * b.c));
      launch(moments.data(), values.data(), state.data());
      EXPECT_TRUE(moments.intact());
      const std::vector<float> got = moments.values();
      for (std::size_t c = 0; c < std::size_t(b.c); ++c) {
        EXPECT_EQ(got[c], float(rows));
        EXPECT_NEAR(got[std::size_t(b.c) + c], want.mean[c], 4 * rounding * (1 + std::abs(b.mean)));
        EXPECT_NEAR(got[std::size_t(2 * b.c) + c], want.variance[c] * double(rows),
                    8 * rounding * double(rows) * (2 + std::abs(b.mean)));
      }
    });
  }
}

TEST(BatchNormParts, MomentsAreThoseOfThePart) {
  for (const DividedBatch& b : batches) {
    SCOPED_TRACE(words_of(b));
    check_moments<float>(b), check_moments<bf16>(b);
  }
}

TEST(BatchNormParts, JoinedTheyAreThoseOfTheWholeBatch) {
  for (const DividedBatch& b : batches) {
    SCOPED_TRACE(words_of(b));
    const DividedValues<float> x(b, 1, b.mean - 1, b.mean + 1);
    const std::vector<float> running_mean = random_values(b.c, 4), running_variance = random_values(b.c, 5, 0.5, 2),
                             any = random_values(b.c, 6);
    const ref::BatchNormed want = ref::batch_norm_forward(b.whole(), b.all_valid(), widen(x.together), widen(any),
                                                          widen(any), widen(running_mean), widen(running_variance));
    std::vector<float> moments;
    for (std::size_t part = 0; part < b.valid.size(); ++part) {
      const double rows = double(b.valid[part] * b.pixels);
      const auto of_part = ref::channel_statistics(b.part(), std::int64_t(rows), widen(x.parts[part]));
      moments.insert(moments.end(), std::size_t(b.c), float(rows));
      for (const double mean : of_part.mean) moments.push_back(float(mean));
      for (const double variance : of_part.variance) moments.push_back(float(variance * rows));
    }
    const BatchNorm whole = b.whole();
    for_each_variant<BatchNormJoin>({int(b.valid.size()), b.c, whole.epsilon, whole.momentum}, [&](auto launch) {
      DeviceArray<float> given(moments);
      GuardedArray<float> mean(std::size_t(b.c)), inverse_deviation(std::size_t(b.c));
      GuardedArray<float> running(running_mean), variance(running_variance);
      launch(mean.data(), inverse_deviation.data(), running.data(), variance.data(), given.data());
      EXPECT_TRUE(agree(mean.values(), want.mean, 4 * rounding * (1 + std::abs(b.mean))));
      std::vector<double> of_deviation;
      for (const double inverse : want.inverse_deviation)
        of_deviation.push_back(8 * rounding * inverse * (1 + (1 + std::abs(b.mean)) * inverse));
      EXPECT_TRUE(agree(inverse_deviation.values(), want.inverse_deviation, of_deviation));
      EXPECT_TRUE(agree(running.values(), want.running_mean, 4 * rounding * (1 + std::abs(b.mean))));
      EXPECT_TRUE(agree(variance.values(), want.running_variance, 8 * rounding * (2 + std::abs(b.mean))));
      for (const auto* array : {&mean, &inverse_deviation, &running, &variance}) EXPECT_TRUE(array->intact());
    });
  }
}

template <class T>
void check_map(const DividedBatch& b, bool relu) {
  BatchNorm p = b.part();
  p.relu = relu;
  const auto x = activations<T>(p.size(), 1);
  const auto gamma = random_values(b.c, 2, -2, 2), beta = random_values(b.c, 3), mean = random_values(b.c, 4),
             inverse_deviation = random_values(b.c, 5, 0.5, 2);
  std::vector<double> want, bounds;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % std::size_t(b.c);
    const double z = double(gamma[c]) * inverse_deviation[c] * (double(x[i]) - mean[c]) + beta[c];
    want.push_back(relu && z <= 0 ? 0 : z);
    bounds.push_back(8 * rounding *
                     (std::abs(gamma[c] * inverse_deviation[c]) * (std::abs(x[i]) + std::abs(mean[c])) + 1));
  }
  for_each_variant<BatchNormApply<T>>(p, [&](auto launch) {
    Stored<T> values(x);
    DeviceArray<float> gammas(gamma), betas(beta), means(mean), deviations(inverse_deviation);
    GuardedStored<T> y(x.size());
    launch(y.data(), values.data(), gammas.data(), betas.data(), means.data(), deviations.data());
    EXPECT_TRUE(agree(y.values(), want, stored_bounds<T>(want, bounds)));
    EXPECT_TRUE(y.intact());
  });
}

TEST(BatchNormParts, TheMapIsThatOfGivenStatistics) {
  for (const DividedBatch& b : batches)
    for (const bool relu : {false, true}) {
      SCOPED_TRACE(words_of(b));
      check_map<float>(b, relu), check_map<bf16>(b, relu);
    }
}

/// Inputs of the backward passes: mean and deviation are those of the whole batch, rounded.
template <class T>
struct GradientInputs {
  DividedValues<T> x, dy;
  std::vector<float> gamma;
  ref::BatchNormed forward;
  std::vector<float> mean, deviation;

  explicit GradientInputs(const DividedBatch& b)
      : x(b, 1, b.mean - 1, b.mean + 1),
        dy(b, 20, -1, 1),
        gamma(random_values(b.c, 2, -2, 2)),
        forward(ref::batch_norm_forward(b.whole(), b.all_valid(), widen(x.together), widen(gamma), widen(gamma),
                                        widen(gamma), widen(gamma))),
        mean(forward.mean.begin(), forward.mean.end()),
        deviation(forward.inverse_deviation.begin(), forward.inverse_deviation.end()) {}
  ref::BatchNormGradients backward(const DividedBatch& b, const std::vector<double>& relu_output = {}) const {
    return ref::batch_norm_backward(b.whole(), b.all_valid(), widen(dy.together), widen(x.together), widen(gamma),
                                    relu_output);
  }
};

/// The sums of all parts, added, are those of the whole batch.
template <class T>
void check_sums(const DividedBatch& b) {
  const GradientInputs<T> in(b);
  const auto want = in.backward(b);
  struct Totals {
    std::vector<double> dgamma, dbeta;
  };
  std::vector<Totals> of_variants;  // of all targets
  for (std::size_t part = 0; part < b.valid.size(); ++part) {
    std::size_t variant = 0;
    for_each_variant<BatchNormSums<T>>(b.part(), [&](auto launch) {
      Stored<T> values(in.x.parts[part]), gradient(in.dy.parts[part]);
      DeviceArray<float> means(in.mean), deviations(in.deviation);
      DeviceArray<StepState> state(std::vector{b.state(part)});
      GuardedArray<float> of_gamma(in.mean.size()), of_beta(in.mean.size());
      launch(of_gamma.data(), of_beta.data(), gradient.data(), values.data(), means.data(), deviations.data(),
             state.data());
      EXPECT_TRUE(of_gamma.intact() && of_beta.intact());
      const std::vector<double> zeros(in.mean.size());
      if (part == 0) of_variants.push_back({zeros, zeros});
      Totals& totals = of_variants.at(variant++);
      for (std::size_t c = 0; c < in.mean.size(); ++c)
        totals.dgamma[c] += double(of_gamma.values()[c]), totals.dbeta[c] += double(of_beta.values()[c]);
    });
    EXPECT_EQ(variant, of_variants.size());
  }
  const std::int64_t rows = b.all_valid() * b.pixels;
  std::vector<double> of_gamma, of_beta;
  for (std::size_t c = 0; c < in.mean.size(); ++c) {
    const double center = (1 + std::abs(b.mean)) * in.forward.inverse_deviation[c];
    of_beta.push_back(bound(want.dbeta[c], want.dbeta_magnitude[c], rows));
    of_gamma.push_back(bound(want.dgamma[c], want.dgamma_magnitude[c], rows) +
                       2 * rounding * center * want.dbeta_magnitude[c]);
  }
  const auto narrowed = [](const std::vector<double>& values) {
    return std::vector<float>(values.begin(), values.end());
  };
  for (std::size_t variant = 0; variant < of_variants.size(); ++variant) {
    SCOPED_TRACE(testing::Message() << "variant " << variant << " of all tested");
    EXPECT_TRUE(agree(narrowed(of_variants[variant].dgamma), want.dgamma, of_gamma));
    EXPECT_TRUE(agree(narrowed(of_variants[variant].dbeta), want.dbeta, of_beta));
  }
}

/// dx of a part, whose dy is larger by 1 / share, with sums in proportion, is that of the whole batch.
template <class T>
void check_data_gradient(const DividedBatch& b, bool masked) {
  const GradientInputs<T> in(b);
  DividedValues<T> mask(b, 40, -1, 1);
  for (std::vector<float>& values : mask.parts) values = out_of_relu(values);
  const auto want = in.backward(b, if_given(masked, out_of_relu(mask.together)));
  const double m = double(b.all_valid() * b.pixels);
  std::size_t first = 0;
  for (std::size_t part = 0; part < b.valid.size(); ++part) {
    const double share = b.valid[part] / double(b.all_valid());
    std::vector<float> sums_gamma, sums_beta;
    for (std::size_t c = 0; c < in.mean.size(); ++c)
      sums_gamma.push_back(float(want.dgamma[c] * share)), sums_beta.push_back(float(want.dbeta[c] * share));
    const std::size_t counted = std::size_t(b.valid[part] * b.pixels * b.c);
    std::vector<double> of_part(want.dx.begin() + std::ptrdiff_t(first),
                                want.dx.begin() + std::ptrdiff_t(first + counted));
    of_part.resize(in.x.parts[part].size(), 0.0);
    first += counted;
    std::vector<double> bounds;
    for (std::size_t i = 0; i < of_part.size(); ++i) {
      const std::size_t c = i % in.mean.size();
      const double deviation = in.forward.inverse_deviation[c], center = (1 + std::abs(b.mean)) * deviation;
      bounds.push_back(16 * rounding * std::abs(in.gamma[c]) * deviation *
                       (1 + std::abs(want.dbeta[c]) / m + (1 + center) * std::abs(want.dgamma[c]) / m * (2 + center)));
    }
    for_each_variant<BatchNormDataGradient<T>>(b.part(), [&](auto launch) {
      Stored<T> values(in.x.parts[part]), gradient(in.dy.parts[part]), relu_output(mask.parts[part]);
      DeviceArray<float> gammas(in.gamma), means(in.mean), deviations(in.deviation), of_gamma(sums_gamma),
          of_beta(sums_beta);
      DeviceArray<StepState> state(std::vector{b.state(part)});
      GuardedStored<T> dx(in.x.parts[part].size());
      launch(dx.data(), of_gamma.data(), of_beta.data(), gradient.data(), values.data(), gammas.data(), means.data(),
             deviations.data(), if_given(masked, relu_output), state.data());
      EXPECT_TRUE(agree(dx.values(), of_part, stored_bounds<T>(of_part, bounds)));
      EXPECT_TRUE(dx.intact());
    });
  }
}

TEST(BatchNormParts, SumsOfAllPartsAreThoseOfTheWholeBatch) {
  for (const DividedBatch& b : batches) {
    SCOPED_TRACE(words_of(b));
    check_sums<float>(b), check_sums<bf16>(b);
  }
}

TEST(BatchNormParts, DataGradientsAreThoseOfTheWholeBatch) {
  for (const DividedBatch& b : batches)
    for (const bool masked : {false, true}) {
      SCOPED_TRACE(testing::Message() << words_of(b) << (masked ? ", masked" : ""));
      check_data_gradient<float>(b, masked), check_data_gradient<bf16>(b, masked);
    }
}

TEST(BatchNormParts, CostsCountedByHand) {
  const BatchNorm p{2, 10, 3};  // 60 values
  EXPECT_EQ(cost(BatchNormMoments<bf16>{}, p).bytes, 60 * 2 + 3 * 3 * 4);
  EXPECT_EQ(cost(BatchNormJoin{}, {4, 3}).bytes, (4 * 3 + 6) * 3 * 4);
  EXPECT_EQ(cost(BatchNormApply<float>{}, p).bytes, 2 * 60 * 4 + 4 * 3 * 4);
  EXPECT_EQ(cost(BatchNormSums<float>{}, p).bytes, 2 * 60 * 4 + 4 * 3 * 4);
  EXPECT_EQ(cost(BatchNormDataGradient<bf16>{}, p).bytes, 3 * 60 * 2 + 5 * 3 * 4);
}

}  // namespace
}  // namespace gs::test
