// npy_files.h - the text of NumPy's files and of zip archives.
#pragma once
#include <zip.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gs::test {

/// The low `bytes` bytes of a number, the lowest first.
inline std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += char(value >> (8 * i));
  return text;
}

/// An array with any dictionary in its header.
inline std::string npy_with_header(const std::string& dictionary, const std::string& values, int version = 1) {
  const std::string length = little_endian(dictionary.size(), version == 1 ? 2 : 4);
  return std::string("\x93NUMPY") + char(version) + '\0' + length + dictionary + values;
}

/// As numpy.save writes it: npy("|u1", "4, 2, 2", pixels).
inline std::string npy(const std::string& type, const std::string& shape, const std::string& values) {
  std::string dictionary = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((10 + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  return npy_with_header(dictionary + '\n', values);
}

/// Labels of type <i8.
inline std::string npy_labels(const std::vector<std::int64_t>& labels, const std::string& shape = "") {
  std::string values;
  for (const std::int64_t label : labels) values += little_endian(std::uint64_t(label), 8);
  return npy("<i8", shape.empty() ? std::to_string(labels.size()) + "," : shape, values);
}

struct ZippedFile {
  std::string name, text;
};

/// As numpy.savez_compressed writes it, or numpy.savez.
inline void write_zip(const std::filesystem::path& path, const std::vector<ZippedFile>& files, bool compressed = true) {
  int error = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  ASSERT_NE(archive, nullptr);
  for (const ZippedFile& file : files) {
    zip_source_t* const source = zip_source_buffer(archive, file.text.data(), file.text.size(), 0);
    const zip_int64_t index = zip_file_add(archive, file.name.c_str(), source, 0);
    ASSERT_GE(index, 0);
    zip_set_file_compression(archive, zip_uint64_t(index), compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
}

}  // namespace gs::test
