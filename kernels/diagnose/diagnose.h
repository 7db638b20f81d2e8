// diagnose.h - ops of a diagnostic step (activity of channels, size of updates), and the count of broken values that
// monitors every run.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

/// Weights and outputs of smaller magnitude are sound: no sum of up to 2^23 products of two of them overflows in fp32
/// (2^52 * 2^52 * 2^23 < 2^128). Beyond it Inf - Inf may give NaN, which a library's ReLU may turn into 0 and so hide.
/// Values of a network that learns are ten orders of magnitude smaller.
inline constexpr float sound_limit = 4503599627370496.0f;  // 2^52
/// True for NaN, Inf and |x| >= sound_limit.
GS_BOTH constexpr bool is_broken(float x) {
  return !(x < sound_limit && x > -sound_limit);
}

struct Activity {
  int n = 1;                ///< rows of a full batch
  std::int64_t places = 1;  ///< positions per row: height * width of a feature map, 1 for a vector
  int channels = 1;
  auto operator<=>(const Activity&) const = default;
};

/// Counts of one channel, over the valid rows and all places.
struct ChannelActivity {
  std::uint32_t positive = 0;  ///< values above 0: a ReLU channel without any is dead on this batch
  std::uint32_t broken = 0;    ///< NaN, Inf or too large (is_broken)
};

/// activity[c] = counts over y [n, places, channels].
template <class T>
struct CountActivity {
  static constexpr std::string_view name = "count activity";
  using Stored = T;
  using Problem = Activity;
  using Launch = void(ChannelActivity* activity, const T* y, const StepState*, const Activity&, void* workspace,
                      stream_t);
};

struct Values {
  std::int64_t size = 1;
  auto operator<=>(const Values&) const = default;
};

/// y = x: the weights before an update.
struct CopyValues {
  static constexpr std::string_view name = "copy values";
  using Problem = Values;
  using Launch = void(float* y, const float* x, const Values&, void* workspace, stream_t);
};

/// Sums over one parameter, in double and in a fixed order. weight and change are NaN or Inf if and only if a value
/// before or after the update is.
struct UpdateSums {
  double weight = 0;      ///< sum of before^2
  double change = 0;      ///< sum of (after - before)^2
  double gradient = 0;    ///< sum of gradient^2
  double not_finite = 0;  ///< number of gradients that are NaN or Inf
};

/// sums[0] over after, before and gradient [size].
struct MeasureUpdate {
  static constexpr std::string_view name = "measure update";
  using Problem = Values;
  using Launch = void(UpdateSums* sums, const float* after, const float* before, const float* gradient, const Values&,
                      void* workspace, stream_t);
};

/// count[0] = number of broken values of x [size]: NaN, Inf or too large.
struct CountBroken {
  static constexpr std::string_view name = "count broken";
  using Problem = Values;
  using Launch = void(std::uint32_t* count, const float* x, const Values&, void* workspace, stream_t);
};

template <class T>
Cost cost(CountActivity<T>, const Activity&);
Cost cost(CopyValues, const Values&);
Cost cost(MeasureUpdate, const Values&);
Cost cost(CountBroken, const Values&);

}  // namespace gs
