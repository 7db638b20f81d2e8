// safetensors.cpp - reads and writes the header, with a one-line error for each fault of a damaged file.
#include "engine/core/safetensors.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"

namespace gs {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

using Json = nlohmann::ordered_json;
constexpr std::size_t length_bytes = 8, largest_header = 100u << 20;

std::size_t size_of(const std::string& dtype) {
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "U8") return 1;
  return 0;
}

/// Bytes of an array; false if an extent is negative or the product overflows.
bool bytes_of(const std::vector<std::int64_t>& shape, std::size_t element, std::size_t& bytes) {
  bytes = element;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return false;
    if (extent != 0 && bytes > std::numeric_limits<std::size_t>::max() / std::size_t(extent)) return false;
    bytes *= std::size_t(extent);
  }
  return true;
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
  std::size_t bytes = 0;
  if (size_of(entry.dtype) == 0) throw Error(fmt::format("tensor '{}' has the unknown type {}", name, entry.dtype));
  if (!bytes_of(entry.shape, size_of(entry.dtype), bytes))
    throw Error(fmt::format("tensor '{}' has an impossible shape", name));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > size - data || offsets[1] - offsets[0] != bytes)
    throw Error(fmt::format("tensor '{}' has offsets that do not fit its shape or the file", name));
  entry.begin = data + offsets[0];
  entry.end = data + offsets[1];
  return entry;
}

/// Parses the header. Duplicate names are an error, because readers differ in which of the two they use.
Json parse_json(const std::vector<char>& text) {
  std::set<std::string> names;
  const auto refuse_twins = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second)
      throw Error(fmt::format("duplicate tensor '{}'", parsed.get<std::string>()));
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), refuse_twins);
  if (!json.is_object()) throw Error("its header is not a JSON object");
  return json;
}

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
  std::vector<char> text(length);
  file_.read(length_bytes, std::as_writable_bytes(std::span(text)));
  const Json header = parse_json(text);
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
  return result;
}

bool SafeTensors::has(const std::string& name) const {
  return find_named(tensors, name) != tensors.end();
}

const SafeTensor& SafeTensors::at(const std::string& name) const {
  return at_named(tensors, name, source);
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  const SafeTensorsFile file(path);
  SafeTensors result{{}, file.metadata(), file.source()};
  for (const SafeTensorsFile::Entry& entry : file.entries())
    result.tensors.push_back({entry.name, entry.dtype, entry.shape, file.bytes(entry)});
  return result;
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  std::size_t end = 0;
  for (const SafeTensor& tensor : file.tensors) {
    std::size_t bytes = 0;
    require(size_of(tensor.dtype) > 0 && bytes_of(tensor.shape, size_of(tensor.dtype), bytes) &&
                bytes == tensor.data.size(),
            "tensor " + tensor.name + ": shape and data do not agree");
    require(!header.contains(tensor.name), "duplicate tensor " + tensor.name);
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {end, end + bytes}}};
    end += bytes;
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of 8 bytes
  const std::uint64_t length = text.size();
  std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span(&length, 1)),
                                                 std::as_bytes(std::span(text.data(), text.size()))};
  for (const SafeTensor& tensor : file.tensors) pieces.emplace_back(tensor.data);
  write_file(path, pieces);
}

}  // namespace gs
