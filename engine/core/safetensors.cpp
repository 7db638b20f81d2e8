// safetensors.cpp - reads and writes the header, with a one-line error for each fault of a damaged file.
#include "engine/core/safetensors.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/checked_size.h"
#include "engine/core/checksum.h"
#include "engine/core/error.h"
#include "engine/core/folder_commit.h"
#include "engine/core/json_text.h"

namespace gs {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

using Json = nlohmann::ordered_json;
constexpr std::size_t length_bytes = 8, largest_header = 100u << 20;

/// 0 for an unknown type. A file may hold types that nothing here reads (BF16): their sizes say where the others are.
std::size_t size_of(const std::string& dtype) {
  if (dtype == "F64" || dtype == "I64" || dtype == "U64" || dtype == "C64") return 8;
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "U8" || dtype == "I8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2") return 1;
  return 0;
}

/// Bytes of an array; nullopt if there is no such array.
std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, std::size_t element) {
  std::vector<std::int64_t> factors = shape;
  factors.push_back(std::int64_t(element));
  return checked_product(factors);
}

/// Parses a JSON list of whole numbers in [0, 2^63). Throws gs::Error for anything else.
std::vector<std::uint64_t> whole_numbers(const Json& list) {
  std::vector<std::uint64_t> numbers;
  if (!list.is_array()) throw Error("a shape or an offset is not a list");
  for (const Json& number : list) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() >> 63)
      throw Error("a shape or an offset is not a valid whole number");
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

/// `data`: offset of the tensor data in the file; `size`: size of the file. Both in bytes.
SafeTensorsFile::Entry parse_entry(const std::string& name, const Json& json, std::uint64_t data, std::uint64_t size) {
  SafeTensorsFile::Entry entry{name, json.at("dtype").get<std::string>(), {}, 0, 0};
  for (const std::uint64_t extent : whole_numbers(json.at("shape"))) entry.shape.push_back(std::int64_t(extent));
  const auto offsets = whole_numbers(json.at("data_offsets"));
  const auto bytes = bytes_of(entry.shape, size_of(entry.dtype));
  if (size_of(entry.dtype) == 0) throw Error(fmt::format("tensor '{}' has the unknown type {}", name, entry.dtype));
  if (!bytes) throw Error(fmt::format("tensor '{}' has an impossible shape", name));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > size - data || offsets[1] - offsets[0] != *bytes)
    throw Error(fmt::format("tensor '{}' has offsets that do not fit its shape or the file", name));
  entry.begin = data + offsets[0];
  entry.end = data + offsets[1];
  return entry;
}

constexpr const char* checksum_key = "xxh64";

/// Covers the metadata and the tensors' names, types and shapes. `Tensors`: of SafeTensorViews or of a SafeTensorsFile.
template <class Tensors>
std::string header_checksum(const std::map<std::string, std::string>& metadata, const Tensors& tensors) {
  Checksum sum;
  const auto add = [&](const std::string& text) { sum.add_values(text.c_str(), text.size() + 1); };
  for (const auto& [key, value] : metadata) add(key), add(value);
  std::map<std::string, const typename Tensors::value_type*> by_name;
  for (const auto& tensor : tensors) by_name[tensor.name] = &tensor;
  for (const auto& [name, tensor] : by_name) {
    add(name), add(tensor->dtype);
    sum.add_values(tensor->shape.data(), tensor->shape.size());
  }
  return sum.hex();
}

/// As JSON will have it: invalid UTF-8 becomes U+FFFD.
std::string written_text(const std::string& text) {
  return is_utf8(text) ? text : parse_json(json_text(text), "").get<std::string>();
}

/// The bytes of a file: its header, made here, and the tensors' data, which must outlive it.
struct Layout {
  explicit Layout(const SafeTensorViews&);
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;

  std::uint64_t length;
  std::string header;
  std::vector<std::span<const std::byte>> pieces;
};

template <class List>
auto find_named(List& list, const std::string& name) {
  return std::find_if(list.begin(), list.end(), [&](const auto& tensor) { return tensor.name == name; });
}

template <class List>
auto& at_named(List& list, const std::string& name, const std::string& source) {
  const auto found = find_named(list, name);
  if (found == list.end()) throw Error(fmt::format("{}: tensor '{}' is missing", source, name));
  return *found;
}

}  // namespace

SafeTensorsFile::SafeTensorsFile(const std::filesystem::path& path) : file_(path) {
  try {
    parse_header();
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{}: not a safetensors file: its header is damaged", path.string()));
  } catch (const Error& error) {
    throw Error(fmt::format("{}: not a safetensors file: {}", path.string(), error.what()));
  }
}

void SafeTensorsFile::parse_header() {
  if (file_.size() < length_bytes) throw Error("it is too short for a header");
  std::uint64_t length = 0;
  file_.read(0, std::as_writable_bytes(std::span(&length, 1)));
  if (length > largest_header || length > file_.size() - length_bytes)
    throw Error("its header is longer than the file");
  std::string text(length, ' ');
  file_.read(length_bytes, std::as_writable_bytes(std::span(text)));
  const Json header = parse_ordered_json(text, "its header");
  if (!header.is_object()) throw Error("its header is not a JSON object");
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__")
      metadata_ = json.get<std::map<std::string, std::string>>();
    else
      entries_.push_back(parse_entry(name, json, length_bytes + length, file_.size()));
  }
  // Sorted by offset, so that one pass finds overlaps and gaps.
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t end = length_bytes + length;
  for (const Entry& entry : entries_) {
    if (entry.begin != end) throw Error(fmt::format("tensor '{}' overlaps another or leaves a gap", entry.name));
    end = entry.end;
  }
  if (end != file_.size()) throw Error("it has data that belongs to no tensor");
  take_checksums();
}

void SafeTensorsFile::take_checksums() {
  const std::string prefix = std::string(checksum_key) + "/";
  const bool has_some =
      std::ranges::any_of(metadata_, [&](const auto& m) { return m.first.starts_with(checksum_key); });
  if (!has_some) return;
  const auto whole = metadata_.extract(checksum_key);
  if (!whole || whole.mapped() != header_checksum(metadata_, entries_))
    throw Error("its header is damaged: it has another checksum");
  for (auto entry = metadata_.begin(); entry != metadata_.end();)
    if (entry->first.starts_with(prefix)) {
      checksums_[entry->first.substr(prefix.size())] = entry->second;
      entry = metadata_.erase(entry);
    } else {
      ++entry;
    }
}

void SafeTensorsFile::check(const Entry& entry, std::span<const std::byte> data) const {
  const auto written = checksums_.find(entry.name);
  if (written != checksums_.end() && written->second != Checksum().add(data).hex())
    throw Error(fmt::format("{}: tensor '{}' is damaged: it has another checksum", source(), entry.name));
}

bool SafeTensorsFile::has(const std::string& name) const {
  return find_named(entries_, name) != entries_.end();
}

const SafeTensorsFile::Entry& SafeTensorsFile::at(const std::string& name) const {
  return at_named(entries_, name, source());
}

std::vector<std::byte> SafeTensorsFile::bytes(const Entry& entry) const {
  std::vector<std::byte> result(std::size_t(entry.end - entry.begin));
  file_.read(entry.begin, result);
  check(entry, result);
  return result;
}

bool SafeTensors::has(const std::string& name) const {
  return find_named(tensors, name) != tensors.end();
}

const SafeTensor& SafeTensors::at(const std::string& name) const {
  return at_named(tensors, name, source);
}

SafeTensorViews::SafeTensorViews(const SafeTensors& file) : metadata(file.metadata) {
  for (const SafeTensor& tensor : file.tensors)
    tensors.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.data});
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  const SafeTensorsFile file(path);
  SafeTensors result{{}, file.metadata(), file.source()};
  for (const SafeTensorsFile::Entry& entry : file.entries())
    result.tensors.push_back({entry.name, entry.dtype, entry.shape, file.bytes(entry)});
  return result;
}

namespace {

Layout::Layout(const SafeTensorViews& file) {
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : file.metadata) metadata[written_text(key)] = written_text(value);
  Json tensors = Json::object();
  std::size_t end = 0;
  for (const SafeTensorViews::Tensor& tensor : file.tensors) {
    const std::size_t bytes = tensor.data.size();
    require(size_of(tensor.dtype) > 0 && bytes_of(tensor.shape, size_of(tensor.dtype)) == bytes,
            "tensor " + tensor.name + ": shape and data do not agree");
    require(!tensors.contains(tensor.name), "duplicate tensor " + tensor.name);
    tensors[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {end, end + bytes}}};
    metadata[fmt::format("{}/{}", checksum_key, tensor.name)] = Checksum().add(tensor.data).hex();
    end += bytes;
  }
  metadata[checksum_key] = header_checksum(metadata, file.tensors);
  Json json = {{"__metadata__", metadata}};
  json.update(tensors);
  header = json_text(json);
  header.resize((header.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of 8 bytes
  length = header.size();
  pieces = {std::as_bytes(std::span(&length, 1)), std::as_bytes(std::span(header.data(), header.size()))};
  for (const SafeTensorViews::Tensor& tensor : file.tensors) pieces.push_back(tensor.data);
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const SafeTensorViews& file) {
  write_file(path, Layout(file).pieces);
}

void write_safetensors(FolderCommit& change, const std::string& name, const SafeTensorViews& file) {
  change.replace(name, Layout(file).pieces);
}

}  // namespace gs
