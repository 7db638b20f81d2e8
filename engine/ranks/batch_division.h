// batch_division.h - which images of each batch a rank has.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace gs {

/// Divides the rows of a batch among ranks: one after another, in the order of ranks, as evenly as can be, the first
/// ranks taking one row more. The last batch of a pass may be short; its rows stay where they are, so the last ranks
/// have fewer of them, or none.
class BatchDivision {
 public:
  /// Throws UsageError if a rank would have no row.
  BatchDivision(int batch, int ranks);
  static void check(int batch, int ranks);

  int batch() const { return batch_; }
  int ranks() const { return ranks_; }
  int first_row(int rank) const { return rank * (batch_ / ranks_) + std::min(rank, batch_ % ranks_); }
  int rows(int rank) const { return first_row(rank + 1) - first_row(rank); }

  /// Batches of a pass over so many images.
  std::uint32_t steps(std::uint32_t samples) const {
    return (samples + std::uint32_t(batch_) - 1) / std::uint32_t(batch_);
  }
  /// Images of a rank in batch `step` of a pass over `samples` images.
  int images(int rank, std::uint32_t step, std::uint32_t samples) const;
  /// Images of a rank in the whole pass.
  std::uint32_t images(int rank, std::uint32_t samples) const;

  /// The share of each rank in the mean over that batch: images(rank, ...) / images of all ranks.
  std::vector<float> weights(std::uint32_t step, std::uint32_t samples) const;

  /// The part of a pass's order that a rank reads.
  std::vector<std::uint32_t> part(int rank, const std::vector<std::uint32_t>& order) const;
  /// The place in the whole order of image `index` of a rank's part.
  std::uint32_t place(int rank, std::uint32_t index) const;

 private:
  int batch_, ranks_;
};

}  // namespace gs
