// flat_layout.h - offset of each parameter in the flat buffers of values, gradients and moments.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/net/net.h"

namespace gs {

/// All parameters of a net in one buffer, each at a multiple of 64 floats (256 bytes): first the trained ones, so that
/// one kernel updates them, then the others. The layer with the largest of the trained parameters is the last of them,
/// so that its update can be apart from that of the others (fuse_dense_update). The padding between them is zero and
/// stays zero.
struct FlatLayout {
  static constexpr std::int64_t alignment = 64;  ///< floats
  struct Slot {
    Parameter parameter;
    std::int64_t offset = 0;  ///< in floats
  };
  std::vector<Slot> slots;        ///< in the order of the net
  std::int64_t size = 0;          ///< floats, padding included
  std::int64_t trained_size = 0;  ///< likewise, trained parameters only
  std::int64_t last_offset = 0;   ///< of the largest layer's first trained parameter

  explicit FlatLayout(const Net&);
  std::size_t bytes() const { return std::size_t(size) * sizeof(float); }

  /// Puts values in the order of the net at their offsets, with zeros as padding. Throws gs::Error if the number of
  /// values is another.
  std::vector<float> flat(const std::vector<float>& packed) const;
};

/// Initial values in flat layout, by Parameter::initial: by default weights Glorot-uniform in +-sqrt(6 / (fan_in +
/// fan_out)) (Glorot and Bengio 2010, eq. 16) and biases 0. Value i of parameter j is a pure function of (seed, j, i).
std::vector<float> initial_values(const FlatLayout&, std::uint64_t seed);

}  // namespace gs
