// diagnose.h - a diagnostic step: what is alive, what is finite, and how far an update moves the weights;
// and of the count that a run is watched with.
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

/// Weights and layers' outputs below it in size are sound: of up to 2^23 products of two of them no sum overflows in
/// fp32 (2^52 * 2^52 * 2^23 < 2^128). Beyond it Inf - Inf may give NaN, which a library's ReLU may make 0, so that
/// nothing else would show it. A network that learns is ten orders of magnitude away from there.
inline constexpr float sound_limit = 4503599627370496.0f;  // 2^52
/// NaN, Inf, or not below sound_limit.
GS_BOTH constexpr bool is_broken(float x) {
  return !(x < sound_limit && x > -sound_limit);
}

struct Activity {
  int n = 1;                ///< rows of a full batch
  std::int64_t places = 1;  ///< places a row: height * width of a feature map, 1 for a vector
  int channels = 1;
  auto operator<=>(const Activity&) const = default;
};

/// Of one channel, over the valid rows and all places.
struct ChannelActivity {
  std::uint32_t positive = 0;  ///< values above 0: a ReLU's channel without any is dead on this batch
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

/// Sums over one parameter, in double and in a fixed order. weight and change are NaN or Inf where a value before or
/// after the update was, and only there.
struct UpdateSums {
  double weight = 0;      ///< sum of before^2
  double change = 0;      ///< sum of (after - before)^2
  double gradient = 0;    ///< sum of gradient^2
  double not_finite = 0;  ///< how many gradients are NaN or Inf
};

/// sums[0] over after, before and gradient [size].
struct MeasureUpdate {
  static constexpr std::string_view name = "measure update";
  using Problem = Values;
  using Launch = void(UpdateSums* sums, const float* after, const float* before, const float* gradient, const Values&,
                      void* workspace, stream_t);
};

/// count[0] = how many of x [size] are broken: NaN, Inf or too large.
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
