// image_feed.h - hands the pictures of a PictureStream to a device, a few batches before the steps that read them.
#pragma once
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/data/picture_stream.h"
#include "engine/device/device.h"

namespace gs {

/// Threads decode in the order in which a pass reads; the caller uploads what they have finished. The device holds a
/// window of a few batches: the image at position p of the order lies in place p % places() (StepState::window).
class ImageFeed {
 public:
  ImageFeed(Device&, std::shared_ptr<const PictureStream>, int batch);
  ~ImageFeed();

  const std::uint8_t* window() const { return static_cast<const std::uint8_t*>(window_.data()); }
  std::uint32_t places() const { return places_; }

  /// Begins a pass in this order, with its step `first_step`. What was decoded for an earlier pass is dropped.
  void begin(std::vector<std::uint32_t> order, std::uint32_t first_step);

  /// Puts the images of `step` on the device, and those of following steps if they are decoded already. Waits for the
  /// first. Returns how many steps may be enqueued, 1 to `wanted`. All steps before `step` must have been enqueued:
  /// their places are used again, in the order of the device's stream. Throws what a decoder threw.
  int provide(std::uint32_t step, int wanted);

  double waited_seconds() const { return waited_seconds_; }  ///< for decoders, in all passes

 private:
  void stop();
  void decode_in_order(const std::stop_token&);
  std::uint32_t images_of(std::uint32_t step) const;
  bool is_decoded(std::uint32_t step) const { return decoded_[step % decoded_.size()] == images_of(step); }
  bool is_ready(std::uint32_t step);
  void wait_for(std::uint32_t step);
  void upload(std::uint32_t step);

  Device& device_;
  std::shared_ptr<const PictureStream> pictures_;
  bool kernels_share_the_cores_;
  std::uint32_t batch_, batches_, places_;
  Memory window_;                    ///< [places, picture_bytes] on the device
  std::vector<std::uint8_t> ahead_;  ///< the same on the host, decoded and not yet uploaded
  std::vector<std::uint32_t> order_;
  double waited_seconds_ = 0;

  std::mutex mutex_;                       ///< guards what follows
  std::condition_variable_any has_place_;  ///< a decoder may go on
  std::condition_variable_any has_batch_;  ///< a batch is decoded, or a decoder failed
  std::uint32_t next_ = 0;                 ///< position to decode next
  std::uint32_t uploaded_steps_ = 0;       ///< of this pass: the earlier ones are on the device
  std::vector<std::uint32_t> decoded_;     ///< images of each batch of the window
  std::exception_ptr failure_;             ///< of the first decoder that failed
  std::vector<std::jthread> decoders_;     ///< last: they end before the other members do
};

}  // namespace gs
