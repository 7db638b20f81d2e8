// readers.h - one function per kind of data, for load_data().
#pragma once
#include <filesystem>
#include <span>

#include "engine/core/checksum.h"
#include "engine/data/dataset.h"
#include "engine/data/idx_names.h"
#include "engine/data/image.h"

namespace gs {

using DataWarning = std::function<void(const std::string&)>;

/// The request and the callbacks of a reader.
struct ReaderContext {
  const DataRequest& request;
  DataProgress progress;  ///< may be empty
  DataWarning warn;       ///< may be empty
  void tell(std::size_t done, std::size_t total, const std::string& what) const {
    if (progress) progress(done, total, what);
  }
  void warning(const std::string& text) const {
    if (warn) warn(text);
  }
};

DataSplits read_synthetic(const ReaderContext&);
DataSplits read_folder(const std::filesystem::path&, const ReaderContext&);
DataSplits read_idx(const IdxNames&, const ReaderContext&);
DataSplits read_cifar(const std::filesystem::path& folder, const ReaderContext&);
DataSplits read_packed(const std::filesystem::path& file);
/// NumPy's arrays: an .npz file, or a folder of .npy files.
DataSplits read_arrays(const std::filesystem::path&, const ReaderContext&);
/// Pictures of a folder with their labels in a table, DataRequest::table.
DataSplits read_table(const std::filesystem::path& folder, const ReaderContext&);

/// train_images.npy and the like.
bool is_arrays_folder(const std::filesystem::path&);
/// CIFAR-10's or CIFAR-100's binary version.
bool is_cifar_folder(const std::filesystem::path&);

/// Writes splits as one safetensors file: `train.images` uint8 NHWC, `train.labels`, `validation.*`, classes in its
/// metadata.
void write_packed(const std::filesystem::path& file, const DataSplits&);

/// Appends an image (already of the split's size and channels) and its label.
void append(Dataset&, const Image&, std::int32_t label);

/// Applies --image-size and --channels to a split whose images have one common size. False if the split is unchanged.
bool fit(Dataset&, const DataRequest&);

/// Throws UsageError if `images` images of size.h * size.w * channels bytes are more than this process may still hold.
void require_memory(const DataRequest&, std::size_t images, ImageSize size, int channels);

/// The same for what a file declares, `what`: "60000 images of 28x28x1". Call it before anything is allocated.
void require_memory(const std::filesystem::path& file, const std::string& what, std::uint64_t bytes);

/// Indices of the samples to keep under a limit, in order: the first of each class, as equal in number per class as the
/// data allows.
std::vector<std::size_t> within_limit(const std::vector<std::int32_t>& labels, int limit, int classes);

/// Keeps only the samples within the limit. False if the split is unchanged.
bool limit_split(Dataset&, int limit, int classes);

/// Checksum (core/checksum.h) of the classes, then of the extents, labels and pixels of training, then of validation.
class SplitsChecksum {
 public:
  explicit SplitsChecksum(const std::vector<std::string>& classes);
  void begin(ImageSize, int channels, const std::vector<std::int32_t>& labels);  ///< a split; its pixels follow
  void add(std::span<const std::uint8_t> pixels) { sum_.add_values(pixels.data(), pixels.size()); }
  std::string hex() const { return sum_.hex(); }  ///< 16 hexadecimal digits

 private:
  Checksum sum_;
};

/// The same, of images in memory.
std::string checksum_of(const DataSplits&);

}  // namespace gs
