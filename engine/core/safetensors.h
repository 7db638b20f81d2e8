// safetensors.h - the format of weights, checkpoints and packed data: an 8-byte header length, a JSON header, raw
// little-endian data. Source: huggingface/safetensors, "Format". Python's safetensors reads these files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/core/error.h"
#include "engine/core/input_file.h"

namespace gs {

class FolderCommit;

/// One named array.
struct SafeTensor {
  std::string name;
  std::string dtype;  ///< as the file has it; values() reads F32 F64 U8 I32 U32 I64 U64
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;

  /// The values as a vector of T. Throws gs::Error if T is not the dtype.
  template <class T>
  std::vector<T> values() const;
};

/// The dtype of a C++ type.
template <class T>
constexpr const char* dtype_of();
template <>
constexpr const char* dtype_of<float>() {
  return "F32";
}
template <>
constexpr const char* dtype_of<double>() {
  return "F64";
}
template <>
constexpr const char* dtype_of<std::uint8_t>() {
  return "U8";
}
template <>
constexpr const char* dtype_of<std::int32_t>() {
  return "I32";
}
template <>
constexpr const char* dtype_of<std::uint32_t>() {
  return "U32";
}
template <>
constexpr const char* dtype_of<std::int64_t>() {
  return "I64";
}
template <>
constexpr const char* dtype_of<std::uint64_t>() {
  return "U64";
}

template <class T>
std::vector<T> SafeTensor::values() const {
  if (dtype != dtype_of<T>()) throw Error("tensor '" + name + "' is " + dtype + ", not " + dtype_of<T>());
  std::vector<T> result(data.size() / sizeof(T));
  if (!data.empty()) std::memcpy(result.data(), data.data(), data.size());
  return result;
}

template <class T>
SafeTensor make_tensor(std::string name, std::vector<std::int64_t> shape, const T* values, std::size_t count) {
  SafeTensor tensor{std::move(name), dtype_of<T>(), std::move(shape), std::vector<std::byte>(count * sizeof(T))};
  if (count) std::memcpy(tensor.data.data(), values, count * sizeof(T));
  return tensor;
}

struct SafeTensors {
  std::vector<SafeTensor> tensors;
  std::map<std::string, std::string> metadata;
  std::string source;  ///< the file it was read from, for messages

  bool has(const std::string& name) const;
  /// Throws gs::Error that names the file and the tensor if it is missing.
  const SafeTensor& at(const std::string& name) const;
  /// The values of a tensor. Throws gs::Error that names the file and the tensor if it is missing or T is not its
  /// dtype.
  template <class T>
  std::vector<T> values(const std::string& name) const {
    const SafeTensor& tensor = at(name);
    if (tensor.dtype == dtype_of<T>()) return tensor.values<T>();
    throw Error(source + ": tensor '" + name + "' is " + tensor.dtype + ", not " + dtype_of<T>());
  }
};

/// A file to be written whose arrays are elsewhere and stay there: no copy of them.
struct SafeTensorViews {
  struct Tensor {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
  };
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  SafeTensorViews() = default;
  SafeTensorViews(const SafeTensors&);  ///< of its arrays: it must outlive the views
  template <class T>
  void add(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
    tensors.push_back({std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values)});
  }
};

/// A file with a checked header: valid types and shapes, and tensors that cover the data without gaps or overlaps. Data
/// is read on demand, directly into the result.
class SafeTensorsFile {
 public:
  struct Entry {
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;  ///< offsets in the file, bytes
  };

  /// Throws gs::Error with one line: the file and the fault.
  explicit SafeTensorsFile(const std::filesystem::path&);

  const std::vector<Entry>& entries() const { return entries_; }  ///< sorted by offset
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::string source() const { return file_.path().string(); }

  bool has(const std::string& name) const;
  /// Throws gs::Error that names the file and the tensor if it is missing.
  const Entry& at(const std::string& name) const;

  /// Reads a tensor's data. Throws gs::Error if T is not its dtype.
  template <class T>
  std::vector<T> values(const Entry& entry) const {
    if (entry.dtype != dtype_of<T>())
      throw Error(source() + ": tensor '" + entry.name + "' is " + entry.dtype + ", not " + dtype_of<T>());
    std::vector<T> result(std::size_t(entry.end - entry.begin) / sizeof(T));
    file_.read(entry.begin, std::as_writable_bytes(std::span(result)));
    check(entry, std::as_bytes(std::span(result)));
    return result;
  }
  std::vector<std::byte> bytes(const Entry&) const;

 private:
  void parse_header();
  void take_checksums();
  /// Throws gs::Error if the file has another checksum for it.
  void check(const Entry&, std::span<const std::byte>) const;

  InputFile file_;
  std::vector<Entry> entries_;
  std::map<std::string, std::string> metadata_, checksums_;  ///< checksums_: by tensor, if the file has them
};

/// Reads and checks a whole file. Throws gs::Error as SafeTensorsFile does.
SafeTensors read_safetensors(const std::filesystem::path&);

/// Writes atomically (atomic_file.h). Tensors keep their order. Invalid UTF-8 in text becomes U+FFFD. Each tensor's
/// checksum goes into the metadata ("xxh64/NAME"), and that of the header's contents ("xxh64"): a reader refuses a file
/// with a flipped bit, by the tensor's name. Files of other programs need not have them.
void write_safetensors(const std::filesystem::path&, const SafeTensorViews&);

/// The same as part of a change of a folder.
void write_safetensors(FolderCommit&, const std::string& name, const SafeTensorViews&);

}  // namespace gs
