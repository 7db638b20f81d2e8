// batch_division.cpp - the rows of a batch, rank by rank.
#include "engine/ranks/batch_division.h"

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {

BatchDivision::BatchDivision(int batch, int ranks) : batch_(batch), ranks_(ranks) {
  check(batch, ranks);
}

void BatchDivision::check(int batch, int ranks) {
  if (ranks > batch)
    throw UsageError(fmt::format("--batch {} is less than the {} ranks, each of which needs an image", batch, ranks));
}

int BatchDivision::images(int rank, std::uint32_t step, std::uint32_t samples) const {
  const std::int64_t left = std::int64_t(samples) - std::int64_t(step) * batch_;
  return int(std::clamp<std::int64_t>(left - first_row(rank), 0, rows(rank)));
}

std::uint32_t BatchDivision::images(int rank, std::uint32_t samples) const {
  const std::uint32_t whole = samples / std::uint32_t(batch_);
  return whole * std::uint32_t(rows(rank)) + std::uint32_t(images(rank, whole, samples));
}

std::vector<float> BatchDivision::weights(std::uint32_t step, std::uint32_t samples) const {
  require(step < steps(samples), "a pass has fewer steps");
  const double all = double(std::min<std::int64_t>(batch_, std::int64_t(samples) - std::int64_t(step) * batch_));
  std::vector<float> shares;
  for (int r = 0; r < ranks_; ++r) shares.push_back(float(images(r, step, samples) / all));
  return shares;
}

std::uint32_t BatchDivision::place(int rank, std::uint32_t index) const {
  const std::uint32_t mine = std::uint32_t(rows(rank));
  return index / mine * std::uint32_t(batch_) + std::uint32_t(first_row(rank)) + index % mine;
}

std::vector<std::uint32_t> BatchDivision::part(int rank, const std::vector<std::uint32_t>& order) const {
  std::vector<std::uint32_t> mine(images(rank, std::uint32_t(order.size())));
  for (std::uint32_t i = 0; i < mine.size(); ++i) mine[i] = order[place(rank, i)];
  return mine;
}

}  // namespace gs
