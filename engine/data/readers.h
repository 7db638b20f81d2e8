// readers.h - one function per kind of data, for load_data().
#pragma once
#include <filesystem>

#include "engine/data/dataset.h"
#include "engine/data/image.h"

namespace gs {

using DataWarning = std::function<void(const std::string&)>;

/// What a reader needs beside the request.
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

/// Side of the images where neither the request nor the data says one.
inline constexpr int default_image_size = 128;

DataSplits read_synthetic(const ReaderContext&);
DataSplits read_folder(const std::filesystem::path&, const ReaderContext&);
DataSplits read_idx(const std::filesystem::path& folder, const ReaderContext&);
DataSplits read_cifar10(const std::filesystem::path& folder, const ReaderContext&);
DataSplits read_packed(const std::filesystem::path& file);

bool is_idx_folder(const std::filesystem::path&);
bool is_cifar10_folder(const std::filesystem::path&);

/// Writes splits as one safetensors file: `train.images` uint8 NHWC, `train.labels`, `validation.*`, classes in its
/// metadata.
void write_packed(const std::filesystem::path& file, const DataSplits&);

/// Appends an image (already of the split's size and channels) and its label.
void append(Dataset&, const Image&, std::int32_t label);

/// Applies --image-size and --channels to a split whose images have one common size. False when nothing changed.
bool fit(Dataset&, const DataRequest&);

/// Throws UsageError when so many images of size x size x channels do not fit into this machine's memory.
void require_memory(const DataRequest&, std::size_t images, int size, int channels);

/// Which of the samples remain under a limit: the first of each class, as many of each as equally as the classes allow,
/// in order.
std::vector<std::size_t> within_limit(const std::vector<std::int32_t>& labels, int limit, int classes);

/// Keeps only the samples within the limit. False when nothing changed.
bool limit_split(Dataset&, int limit, int classes);

/// 16 digits over extents, classes, labels and every byte of both splits.
std::string checksum_of(const DataSplits&);

}  // namespace gs
