// gather.h - batch assembly: the permutation and the step's cursor select images; uint8 becomes float in [0, 1].
#pragma once
#include "kernels/common/bf16.h"
#include "kernels/common/step_state.h"
#include "kernels/common/variant.h"

namespace gs {

struct Gather {
  int n = 1;                    ///< rows of a full batch
  std::int64_t image_size = 1;  ///< values per image: height * width * channels
  auto operator<=>(const Gather&) const = default;
};

/// For row i < valid: p = cursor * batch + i, j = permutation[p], x[i,:] = images[k,:] / 255, labels[i] =
/// all_labels[j]. k is StepState::place(p, j): j, or p % window if `images` holds a window of the split. Rows past the
/// valid count get zeros and label 0.
template <class T>
struct GatherBatch {
  static constexpr std::string_view name = "gather batch";
  using Stored = T;
  using Problem = Gather;
  using Launch = void(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                      const std::uint32_t* permutation, const StepState*, const Gather&, void* workspace, stream_t);
};

template <class T>
Cost cost(GatherBatch<T>, const Gather&);

/// Limits of the random changes of a training image, drawn anew each epoch. The default is no change.
struct Augmentation {
  bool flip_horizontal = false, flip_vertical = false;  ///< each with probability 1/2
  float shift = 0;                                      ///< in x and in y, up to this fraction of the image's side
  float rotate = 0;                                     ///< up to this many degrees in either direction
  float brightness = 0;  ///< factor in [1 - brightness, 1 + brightness]; values are clamped to [0, 1]
  auto operator<=>(const Augmentation&) const = default;
  bool any() const { return *this != Augmentation(); }
};

struct AugmentedGather {
  int n = 1;                ///< rows of a full batch
  int h = 1, w = 1, c = 1;  ///< extents of an image
  Augmentation augmentation;
  auto operator<=>(const AugmentedGather&) const = default;
};

/// GatherBatch with augmentation: each image is shifted, flipped, rotated about its centre and made brighter or darker
/// by amounts that are a pure function of (seed, epoch, image). Sampling is bilinear; past the edge, edge pixels are
/// repeated.
template <class T>
struct GatherAugmented {
  static constexpr std::string_view name = "gather augmented";
  using Stored = T;
  using Problem = AugmentedGather;
  using Launch = void(T* x, std::int32_t* labels, const std::uint8_t* images, const std::int32_t* all_labels,
                      const std::uint32_t* permutation, const StepState*, const AugmentedGather&, void* workspace,
                      stream_t);
};

template <class T>
Cost cost(GatherAugmented<T>, const AugmentedGather&);

}  // namespace gs
