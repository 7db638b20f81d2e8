// safetensors.h - the format of weights, checkpoints and packed data: an 8-byte length, a JSON header, raw
// little-endian data. Source: huggingface/safetensors, "Format". Readable by Python's safetensors and by every
// framework that knows it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kernels/common/check.h"

namespace gs {

/// One named array.
struct SafeTensor {
  std::string name;
  std::string dtype;  ///< F32 F64 U8 I32 U32 I64 U64
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;

  /// The values as a vector of T; throws gs::Error when T is not the dtype.
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
  require(dtype == dtype_of<T>(), name + " is " + dtype + ", not " + dtype_of<T>());
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
  /// Throws gs::Error that names the file and the tensor when it is not there.
  const SafeTensor& at(const std::string& name) const;
};

/// Reads and checks a whole file: header, types, shapes, and that the data is covered once and completely. Throws
/// gs::Error with one line that names the file and what is wrong with it.
SafeTensors read_safetensors(const std::filesystem::path&);

/// Writes atomically (atomic_file.h). Tensors keep their order.
void write_safetensors(const std::filesystem::path&, const SafeTensors&);

}  // namespace gs
