// packed.cpp - decoded data in one safetensors file: `gridstride pack` writes it, --data FILE and the cache read it.
#include <climits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/machine_limits.h"
#include "engine/core/parse_number.h"
#include "engine/core/safetensors.h"
#include "engine/data/readers.h"

namespace gs {
namespace {

void add_split(SafeTensors& file, const std::string& name, const Dataset& d) {
  file.tensors.push_back(make_tensor(name + ".images", {d.n, d.h, d.w, d.c}, d.images.data(), d.images.size()));
  file.tensors.push_back(make_tensor(name + ".labels", {d.n}, d.labels.data(), d.labels.size()));
}

Dataset read_split(const SafeTensorsFile& file, const std::string& name, std::size_t classes) {
  const SafeTensorsFile::Entry &images = file.at(name + ".images"), &labels = file.at(name + ".labels");
  const auto bad = [&](const std::string& what) { return Error(fmt::format("{}: {}.{}", file.source(), name, what)); };
  if (images.dtype != "U8" || images.shape.size() != 4) throw bad("images must be uint8 of shape [n, h, w, c]");
  if (labels.dtype != "I32" || labels.shape.size() != 1) throw bad("labels must be int32 of shape [n]");
  for (const std::int64_t extent : images.shape)
    if (extent < 1 || extent > INT_MAX)
      throw bad(fmt::format("images are {}; an extent must be 1 to {}", fmt::join(images.shape, "x"), INT_MAX));
  if (images.shape[0] != labels.shape[0]) throw bad("images and labels differ in number");
  if (images.shape[3] != 1 && images.shape[3] != 3) throw bad("images must have 1 or 3 channels");
  require_memory(file.source(), fmt::format("{}.images of {}", name, fmt::join(images.shape, "x")),
                 images.end - images.begin + (labels.end - labels.begin));
  Dataset d{int(images.shape[0]), int(images.shape[1]), int(images.shape[2]), int(images.shape[3]), {}, {}};
  d.images = file.values<std::uint8_t>(images);
  d.labels = file.values<std::int32_t>(labels);
  for (const std::int32_t label : d.labels)
    if (label < 0 || std::size_t(label) >= classes)
      throw bad(fmt::format("labels has {}, but there are {} classes", label, classes));
  return d;
}

std::vector<std::string> read_classes(const SafeTensorsFile& file) {
  const auto classes = file.metadata().find("classes");
  if (classes == file.metadata().end() || !file.has("train.images"))
    throw Error(fmt::format("{}: not packed images; 'gridstride pack SOURCE FILE' writes such a file", file.source()));
  try {
    return parse_json(classes->second, file.source()).get<std::vector<std::string>>();
  } catch (const std::exception&) {
    throw Error(fmt::format("{}: its list of classes is damaged", file.source()));
  }
}

DataSplits read(const std::filesystem::path& path) {
  const SafeTensorsFile file(path);
  DataSplits data;
  data.kind = "packed";
  data.classes = read_classes(file);
  data.train = read_split(file, "train", data.classes.size());
  data.validation = read_split(file, "validation", data.classes.size());
  data.checksum = checksum_of(data);
  if (const auto text = file.metadata().find("range_bits"); text != file.metadata().end()) {
    const int bits = parse_number<int>(text->second).value_or(0);  // other programs need not write it
    if (bits >= 8 && bits <= 16) data.range_bits = bits;
  }
  const auto written = file.metadata().find("checksum");
  if (written != file.metadata().end() && written->second != data.checksum)  // other programs need not write one
    throw Error(fmt::format("{}: its images are damaged: their checksum is {}, the file says {}", path.string(),
                            data.checksum, written->second));
  return data;
}

}  // namespace

void write_packed(const std::filesystem::path& path, const DataSplits& data) {
  // The file's data are put together beside the images.
  const std::size_t bytes = data.train.images.size() + data.validation.images.size();
  if (const std::string shortage = memory_shortage(double(bytes)); !shortage.empty())
    throw Error(fmt::format("cannot write {}: it needs {}", path.string(), shortage));
  SafeTensors file;
  file.metadata = {{"range_bits", std::to_string(data.range_bits)},
                   {"format", "gridstride packed images 1"},
                   {"classes", json_text(nlohmann::json(data.classes))},
                   {"source", data.source},
                   {"checksum", checksum_of(data)}};
  add_split(file, "train", data.train);
  add_split(file, "validation", data.validation);
  write_safetensors(path, file);
}

DataSplits read_packed(const std::filesystem::path& path) {
  try {
    return read(path);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(fmt::format("--data {}", error.what()));
  }
}

}  // namespace gs
