// npz_file.cpp - a zip archive in memory, by libzip, of files NAME.npy: a header in Python's notation, then the values.
// Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0.
#include "engine/exchange/npz_file.h"

#include <zip.h>

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {
namespace {

/// "(8, 1, 3, 3)"; a tuple of one ends in a comma.
std::string tuple(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += fmt::format("{}, ", extent);
  if (shape.size() != 1) text.resize(text.size() - std::min<std::size_t>(2, text.size()));
  return "(" + text + ")";
}

std::string npy_file(const SafeTensor& tensor) {
  constexpr std::size_t before_header = 10, alignment = 64;
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", tuple(tensor.shape));
  header.resize((before_header + header.size() + alignment) / alignment * alignment - before_header - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += char(header.size() & 255);
  file += char(header.size() >> 8);
  file += header;
  return file.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
}

struct ZipErrorText {
  zip_error_t error;
  ZipErrorText() { zip_error_init(&error); }
  ~ZipErrorText() { zip_error_fini(&error); }
  [[noreturn]] void refuse() {
    throw Error(fmt::format("the npz archive cannot be made: {}", zip_error_strerror(&error)));
  }
};

struct DiscardZip {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};

}  // namespace

std::string npz_file(const SafeTensors& tensors) {
  constexpr std::uint16_t first_second = 0, first_day = 1 << 5 | 1;  // 1 January 1980: equal weights give equal bytes
  ZipErrorText failed;
  const std::unique_ptr<zip_source_t, DiscardZip> bytes(zip_source_buffer_create(nullptr, 0, 0, &failed.error));
  if (!bytes) failed.refuse();
  std::vector<std::string> files;  // libzip reads them when it closes the archive
  for (const SafeTensor& tensor : tensors.tensors) files.push_back(npy_file(tensor));
  zip_source_keep(bytes.get());  // the archive frees it once
  std::unique_ptr<zip_t, DiscardZip> archive(zip_open_from_source(bytes.get(), ZIP_TRUNCATE, &failed.error));
  if (!archive) zip_source_free(bytes.get()), failed.refuse();
  for (std::size_t i = 0; i < files.size(); ++i) {
    zip_source_t* const content = zip_source_buffer(archive.get(), files[i].data(), files[i].size(), 0);
    const std::string name = tensors.tensors[i].name + ".npy";
    const std::int64_t index = content ? zip_file_add(archive.get(), name.c_str(), content, ZIP_FL_ENC_UTF_8) : -1;
    if (index < 0) zip_source_free(content), throw Error("the npz archive has no place for " + name);
    zip_set_file_compression(archive.get(), std::uint64_t(index), ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), std::uint64_t(index), first_second, first_day, 0);
  }
  if (zip_close(archive.get()) != 0)
    throw Error(fmt::format("the npz archive cannot be made: {}", zip_strerror(archive.get())));
  archive.release();  // zip_close() has freed it
  zip_stat_t size;
  if (zip_source_stat(bytes.get(), &size) != 0 || zip_source_open(bytes.get()) != 0)
    throw Error("the npz archive cannot be read back");
  std::string result(size.size, '\0');
  const std::int64_t read = zip_source_read(bytes.get(), result.data(), result.size());
  zip_source_close(bytes.get());
  if (read != std::int64_t(result.size())) throw Error("the npz archive cannot be read back");
  return result;
}

}  // namespace gs
