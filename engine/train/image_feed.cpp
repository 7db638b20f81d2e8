// image_feed.cpp - decoders fill the places of a window on the host; a batch that is complete moves to the device.
#include "engine/train/image_feed.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/core/seconds_since.h"

namespace gs {
namespace {

/// Batches of a window: one that the device reads, one to upload, and two for decoders of unequal pace. A small split
/// has fewer.
constexpr std::uint32_t most_batches = 4;

/// Lowers the priority of this thread: a kernel's threads wait for one another, so one that a decoder displaces stops
/// them all.
void yield_to_kernels() {
  constexpr int steps = 10;  // of the kernel's "nice": a ninth of the weight
  const id_t thread = id_t(gettid());
  setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + steps);
}

}  // namespace

ImageFeed::ImageFeed(Device& device, std::shared_ptr<const PictureStream> pictures, int batch)
    : device_(device),
      pictures_(std::move(pictures)),
      kernels_share_the_cores_(!device.free_bytes()),
      batch_(std::uint32_t(batch)),
      batches_(std::min(most_batches, (std::uint32_t(pictures_->files.size()) + batch_ - 1) / batch_)),
      places_(batches_ * batch_),
      window_(device, places_ * pictures_->picture_bytes()),
      ahead_(window_.bytes()),
      decoded_(batches_) {}

std::uint32_t ImageFeed::images_of(std::uint32_t step) const {
  return std::min(batch_, std::uint32_t(order_.size()) - step * batch_);
}

ImageFeed::~ImageFeed() {
  stop();
}

/// All are asked before one is waited for.
void ImageFeed::stop() {
  for (std::jthread& decoder : decoders_) decoder.request_stop();
  decoders_.clear();
}

void ImageFeed::begin(std::vector<std::uint32_t> order, std::uint32_t first_step) {
  stop();
  order_ = std::move(order);
  next_ = first_step * batch_;
  uploaded_steps_ = first_step;
  std::ranges::fill(decoded_, 0u);
  failure_ = nullptr;
  for (int i = 0; i < pictures_->threads; ++i)
    decoders_.emplace_back([this](const std::stop_token& stop) { decode_in_order(stop); });
}

void ImageFeed::decode_in_order(const std::stop_token& stop) {
  if (kernels_share_the_cores_) yield_to_kernels();
  const std::size_t bytes = pictures_->picture_bytes();
  const auto all_taken = [&] { return next_ >= order_.size(); };
  std::unique_lock lock(mutex_);
  for (;;) {
    has_place_.wait(lock, stop, [&] { return all_taken() || next_ < uploaded_steps_ * batch_ + places_; });
    if (stop.stop_requested() || all_taken() || failure_) return;
    const std::uint32_t position = next_++;
    lock.unlock();
    std::exception_ptr failure;
    try {
      pictures_->decode(order_[position], {ahead_.data() + position % places_ * bytes, bytes});
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    const std::uint32_t step = position / batch_;
    if (failure && !failure_) failure_ = failure;
    if (!failure) ++decoded_[step % batches_];
    if (failure || is_decoded(step)) has_batch_.notify_one();
  }
}

void ImageFeed::wait_for(std::uint32_t step) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  has_batch_.wait(lock, [&] { return is_decoded(step) || failure_; });
  waited_seconds_ += seconds_since(start);
  if (!is_decoded(step)) std::rethrow_exception(failure_);
}

bool ImageFeed::is_ready(std::uint32_t step) {
  const std::lock_guard lock(mutex_);
  return is_decoded(step);
}

void ImageFeed::upload(std::uint32_t step) {
  const std::size_t bytes = pictures_->picture_bytes(), first = step % batches_ * batch_ * bytes;
  device_.upload(static_cast<std::uint8_t*>(window_.data()) + first, ahead_.data() + first, images_of(step) * bytes);
  const std::lock_guard lock(mutex_);
  decoded_[step % batches_] = 0;
  uploaded_steps_ = step + 1;
  has_place_.notify_all();
}

int ImageFeed::provide(std::uint32_t step, int wanted) {
  const std::uint32_t last = step + std::min(std::uint32_t(wanted), batches_);
  for (std::uint32_t next = std::max(step, uploaded_steps_); next < last; ++next) {
    if (next == step)
      wait_for(next);
    else if (!is_ready(next))
      break;
    upload(next);
  }
  return int(std::min(last, uploaded_steps_) - step);
}

}  // namespace gs
