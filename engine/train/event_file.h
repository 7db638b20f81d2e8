// event_file.h - --tensorboard: an event file of TensorBoard in the folder of a run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include "engine/exchange/exchange_module.h"
#include "engine/train/trainer.h"

namespace gs {

/// The beginning of the names of event files.
inline constexpr std::string_view event_file_prefix = "events.out.tfevents.";

/// A record of an event file: its length, the masked checksum of the length, the bytes, their masked checksum. Source:
/// github.com/tensorflow/tensorflow, core/lib/io/record_writer.h.
std::string framed_record(std::string_view bytes);

/// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4, and its form in event files: rotated right by 15 bits, plus
/// 0xa282ead8.
std::uint32_t crc32c(std::string_view bytes);
std::uint32_t masked(std::uint32_t crc);

/// Scalars of a run: loss and accuracy of training and validation, and the learning rate, by epoch.
class EventFile {
 public:
  /// Begins a file in `folder`; readers drop the epochs from `first_epoch` on of the run's earlier files. Throws
  /// gs::Error if it cannot be written, or as exchange_module() does.
  EventFile(const std::filesystem::path& folder, int first_epoch);
  /// In the file when it returns. Throws gs::Error if it cannot be written.
  void add(const EpochResult&);

 private:
  void write(const TensorBoardEvent&);
  void check_written() const;

  const ExchangeModule& module_;
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace gs
