// safetensors.cpp - the header's JSON, and the checks that make a damaged file one clear line.
#include "engine/core/safetensors.h"

#include <algorithm>
#include <bit>
#include <limits>

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

/// Bytes of an array, or nothing when a dimension is negative or the product does not fit.
bool bytes_of(const std::vector<std::int64_t>& shape, std::size_t element, std::size_t& bytes) {
  bytes = element;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return false;
    if (extent != 0 && bytes > std::numeric_limits<std::size_t>::max() / std::size_t(extent)) return false;
    bytes *= std::size_t(extent);
  }
  return true;
}

SafeTensor read_tensor(const std::string& name, const Json& entry, std::span<const std::byte> data, std::size_t& end) {
  SafeTensor tensor{name, entry.at("dtype").get<std::string>(), entry.at("shape").get<std::vector<std::int64_t>>(), {}};
  const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
  std::size_t bytes = 0;
  if (size_of(tensor.dtype) == 0) throw Error(fmt::format("tensor {} has the unknown type {}", name, tensor.dtype));
  if (!bytes_of(tensor.shape, size_of(tensor.dtype), bytes))
    throw Error(fmt::format("tensor {} has an impossible shape", name));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size() || offsets[1] - offsets[0] != bytes)
    throw Error(fmt::format("tensor {} does not lie inside the file as its shape says", name));
  if (offsets[0] != end) throw Error(fmt::format("tensor {} overlaps another or leaves a gap", name));
  end = offsets[1];
  const auto part = data.subspan(offsets[0], bytes);
  tensor.data.assign(part.begin(), part.end());
  return tensor;
}

SafeTensors parse(std::span<const std::byte> file) {
  if (file.size() < length_bytes) throw Error("it is too short for a header");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  if (length > largest_header || length > file.size() - length_bytes) throw Error("its header is longer than the file");
  const char* text = reinterpret_cast<const char*>(file.data() + length_bytes);
  const Json header = Json::parse(text, text + length);
  if (!header.is_object()) throw Error("its header is no JSON object");
  const std::span<const std::byte> data = file.subspan(length_bytes + length);

  SafeTensors result;
  std::vector<std::pair<std::string, const Json*>> entries;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__")
      result.metadata = entry.get<std::map<std::string, std::string>>();
    else
      entries.emplace_back(name, &entry);
  }
  // In the order of their data, so that one pass sees overlaps and gaps.
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.second->at("data_offsets").at(0) < b.second->at("data_offsets").at(0);
  });
  std::size_t end = 0;
  for (const auto& [name, entry] : entries) result.tensors.push_back(read_tensor(name, *entry, data, end));
  if (end != data.size()) throw Error("it has data that belongs to no tensor");
  return result;
}

}  // namespace

bool SafeTensors::has(const std::string& name) const {
  return std::any_of(tensors.begin(), tensors.end(), [&](const SafeTensor& t) { return t.name == name; });
}

const SafeTensor& SafeTensors::at(const std::string& name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const SafeTensor& t) { return t.name == name; });
  if (found == tensors.end()) throw Error(fmt::format("{}: there is no tensor '{}' in it", source, name));
  return *found;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  const std::vector<std::byte> file = read_file(path);
  try {
    SafeTensors result = parse(file);
    result.source = path.string();
    return result;
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{}: not a safetensors file: its header is damaged", path.string()));
  } catch (const Error& error) {
    throw Error(fmt::format("{}: not a safetensors file: {}", path.string(), error.what()));
  }
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
    require(!header.contains(tensor.name), "tensor " + tensor.name + " is there twice");
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {end, end + bytes}}};
    end += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the data begins at a multiple of 8 bytes
  const std::uint64_t length = text.size();
  std::vector<std::span<const std::byte>> pieces{std::as_bytes(std::span(&length, 1)),
                                                 std::as_bytes(std::span(text.data(), text.size()))};
  for (const SafeTensor& tensor : file.tensors) pieces.emplace_back(tensor.data);
  write_file(path, pieces);
}

}  // namespace gs
