// shared_batch.h - a program's part in batches that several ranks train on together.
#pragma once
#include "engine/ranks/batch_division.h"
#include "engine/ranks/ranks.h"

namespace gs {

/// The ranks must outlive the program.
struct SharedBatch {
  Ranks* ranks = nullptr;  ///< null: one process trains alone
  BatchDivision division;

  explicit SharedBatch(int batch, Ranks* ranks = nullptr) : ranks(ranks), division(batch, ranks ? ranks->size() : 1) {}

  bool is_shared() const { return ranks != nullptr; }
  int rank() const { return ranks ? ranks->rank() : 0; }
  bool leads() const { return rank() == 0; }
  int rows() const { return division.rows(rank()); }
  int first_row() const { return division.first_row(rank()); }
  std::uint32_t images(std::uint32_t samples) const { return division.images(rank(), samples); }
};

}  // namespace gs
