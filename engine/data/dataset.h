// dataset.h - decoded images in memory, and how to ask for them.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gs {

/// One split: uint8 images NHWC and their class numbers.
struct Dataset {
  int n = 0, h = 0, w = 0, c = 0;
  std::vector<std::uint8_t> images;  ///< n * h * w * c
  std::vector<std::int32_t> labels;  ///< n, in [0, classes)

  std::size_t image_size() const { return std::size_t(h) * w * c; }
};

/// What a run trains and validates on.
struct DataSplits {
  Dataset train, validation;
  std::vector<std::string> classes;  ///< in the order of their names; a label is an index into it
  std::string source;                ///< what was asked for: "synthetic:lesions", a folder, a file
  std::string kind;                  ///< "synthetic", "folder", "idx", "cifar10", "packed"
  std::string checksum;              ///< of every decoded byte and label, 16 hexadecimal digits
};

/// The data flags of a command.
struct DataRequest {
  std::string data = "synthetic:lesions";
  std::optional<int> train_size, validation_size;  ///< synthetic only: how many to draw (1000 and 200)
  std::optional<int> image_size;  ///< square side to resize to; unset: 128, or the file's own size (IDX, packed)
  std::optional<int> channels;    ///< 1 or 3; unset: 1, or the file's own
  std::vector<std::string> label_pattern;  ///< class = the pattern that the file's name holds
  std::optional<double> validation_split;  ///< share of a one-level folder that validates
  std::optional<int> limit;                ///< at most this many images of each split
  bool skip_broken = false;
  int threads = 0;  ///< 0: all cores
};

/// Called while images are drawn or decoded: how many of how many are done, and what is being done ("drawing",
/// "decoding").
using DataProgress = std::function<void(std::size_t done, std::size_t total, const std::string& what)>;

/// Loads or draws what was asked for. Throws UsageError with one line on bad input. Warnings (skipped files) go to
/// `warn`.
DataSplits load_data(const DataRequest&, const DataProgress& progress = {},
                     const std::function<void(const std::string&)>& warn = {});

}  // namespace gs
