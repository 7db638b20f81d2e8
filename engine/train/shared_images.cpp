// shared_images.cpp - every rank knows the order of all, so it sends to each the images that it lacks, without a
// request.
#include "engine/train/shared_images.h"

#include <cstring>

namespace gs {

SharedImages::SharedImages(Device& device, const Dataset& data, const SharedBatch& shared)
    : device_(device),
      shared_(shared),
      image_bytes_(data.image_size()),
      window_(device, std::size_t(shared.rows()) * image_bytes_) {
  share_.reserve((std::size_t(data.n) / std::size_t(shared.ranks->size()) + 1) * image_bytes_);
  for (int i = shared.rank(); i < data.n; i += shared.ranks->size()) {
    const auto first = data.images.begin() + std::ptrdiff_t(std::size_t(i) * image_bytes_);
    share_.insert(share_.end(), first, first + std::ptrdiff_t(image_bytes_));
  }
}

std::vector<std::uint32_t> SharedImages::images_of(int rank, std::uint32_t step) const {
  const BatchDivision& division = shared_.division;
  const auto first = order_.begin() + std::ptrdiff_t(step) * division.batch() + division.first_row(rank);
  const int count = division.images(rank, step, std::uint32_t(order_.size()));
  return count == 0 ? std::vector<std::uint32_t>() : std::vector<std::uint32_t>(first, first + count);
}

void SharedImages::provide(std::uint32_t step) {
  const std::size_t ranks = std::size_t(shared_.ranks->size()), own = std::size_t(shared_.rank());
  std::vector<std::size_t> bytes_to(ranks, 0), bytes_from(ranks, 0);
  sent_.clear();
  for (std::size_t r = 0; r < ranks; ++r)
    for (const std::uint32_t image : images_of(int(r), step)) {
      if (owner(image) != own) continue;
      const auto first = share_.begin() + std::ptrdiff_t(image / ranks * image_bytes_);
      sent_.insert(sent_.end(), first, first + std::ptrdiff_t(image_bytes_));
      bytes_to[r] += image_bytes_;
    }
  const std::vector<std::uint32_t> mine = images_of(int(own), step);
  for (const std::uint32_t image : mine) bytes_from[owner(image)] += image_bytes_;
  received_.resize(mine.size() * image_bytes_);
  shared_.ranks->exchange(sent_, bytes_to, received_, bytes_from);
  // The images of each sender are in the order of the rows; the senders' parts are one after another.
  std::vector<std::size_t> next(ranks, 0);
  for (std::size_t r = 1; r < ranks; ++r) next[r] = next[r - 1] + bytes_from[r - 1];
  batch_.resize(received_.size());
  for (std::size_t row = 0; row < mine.size(); ++row) {
    std::size_t& from = next[owner(mine[row])];
    std::memcpy(batch_.data() + row * image_bytes_, received_.data() + from, image_bytes_);
    from += image_bytes_;
  }
  if (!batch_.empty()) device_.upload(window_.data(), batch_.data(), batch_.size());
}

}  // namespace gs
