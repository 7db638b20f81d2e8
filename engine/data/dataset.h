// dataset.h - decoded images in memory, and the request that loads them.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/image.h"
#include "engine/data/ledger.h"
#include "engine/data/picture_stream.h"

namespace gs {

/// One split: uint8 images NHWC and their class numbers.
struct Dataset {
  int n = 0, h = 0, w = 0, c = 0;
  std::vector<std::uint8_t> images;     ///< n * h * w * c; empty if there is a stream
  std::vector<std::int32_t> labels;     ///< n, in [0, classes)
  std::vector<std::string> files = {};  ///< n names relative to the source; empty if a file holds many images
  std::shared_ptr<const PictureStream> stream = {};  ///< n pictures in place of `images`; null: they are in memory

  std::size_t image_size() const { return std::size_t(h) * std::size_t(w) * std::size_t(c); }
};

/// Throws UsageError if the arrays do not hold n images of h * w * c bytes and n labels: every reader of `images`
/// trusts the extents. `name`: "training images".
void check_whole(const Dataset&, const char* name);

/// Image `i`, from memory or decoded: PictureStream::decode().
Image image_of(const Dataset&, int i);

/// The first images of a split, at most `count`, in memory. Their names are left out.
Dataset first_images(const Dataset&, int count);

/// Training and validation data of a run.
struct DataSplits {
  Dataset train, validation;
  std::vector<std::string> classes;  ///< names; a label is an index into them
  std::string source;                ///< DataRequest::data: "synthetic:lesions", a folder, a file
  std::string kind;      ///< "synthetic", "folder", "table", "idx", "cifar10", "cifar100", "arrays", "packed"
  std::string table;     ///< the file of --labels; empty without
  std::string checksum;  ///< checksum_of() of readers.h, 16 hexadecimal digits
  int range_bits = 0;    ///< of its pictures of 16 bits, see DataRequest; 0: there is none
  Ledger ledger = {};    ///< of the files of the source
};

/// Size of the images if neither the request nor the data defines it.
inline constexpr ImageSize default_image_size = 128;

/// The flags of labels in a table. Empty columns are found by their usual names.
struct TableRequest {
  std::string file;  ///< CSV; empty: there is no table
  std::string image_column;
  std::vector<std::string> label_columns;  ///< one holds the class; of several, one is 1 and its name is the class
  std::string group_column;                ///< pictures of one group are in one split
  std::string split_column;                ///< train, val or test
};

/// Whether the pictures of a folder are in memory while they are used.
enum class Decoding {
  automatic,  ///< stream if they need too much memory: stream_listing.h
  once,       ///< in memory: all are decoded first
  stream,     ///< decoded anew for each epoch
};

/// The data flags of a command.
struct DataRequest {
  std::string data = "synthetic:lesions";
  std::optional<int> train_size, validation_size;  ///< synthetic only: images to draw; unset: 1000 and 200
  std::optional<ImageSize> image_size;     ///< to resize to; unset: 128 (synthetic, folder), else the data's own
  std::optional<int> channels;             ///< 1 or 3; unset: 1 (synthetic, folder), else the data's own
  std::vector<std::string> label_pattern;  ///< folder only: the class is the pattern that the file name contains
  std::optional<double> validation_split;  ///< folder only: share of each class to validate on, drawn from training
  /// "val" or "test": the one that validates if both are there. The other is left alone.
  std::string split = "val";
  bool transpose = false;    ///< IDX only: rows become columns
  TableRequest table = {};   ///< folder only
  std::optional<int> limit;  ///< at most this many images of each split
  bool skip_broken = false;
  bool takes_ledger = false;  ///< the caller lists the files that are passed over: no warning sums them up
  int range_bits = 0;  ///< of pictures of 16 bits, whose upper 8 are kept: 8 to 16; 0: the fewest that hold all values
  Decoding decoding = Decoding::once;       ///< folder and table only
  std::optional<std::size_t> device_bytes;  ///< free memory of the device that will hold the images, if it has its own
  int threads = 0;                          ///< 0: default_threads()
};

/// Progress of loading: `done` of `total` images or files, and the activity, such as "decoding images".
using DataProgress = std::function<void(std::size_t done, std::size_t total, const std::string& what)>;

/// Loads or draws the requested data. Throws UsageError with one line if the input is invalid. Warnings (skipped files)
/// go to `warn`.
DataSplits load_data(const DataRequest&, const DataProgress& progress = {},
                     const std::function<void(const std::string&)>& warn = {});

}  // namespace gs
