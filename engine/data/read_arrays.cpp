// read_arrays.cpp - images and labels in NumPy's arrays: MedMNIST's .npz, Keras's, or .npy files in a folder.
#include <algorithm>
#include <climits>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/printable.h"
#include "engine/data/array_names.h"
#include "engine/data/npy.h"
#include "engine/data/numbered_classes.h"
#include "engine/data/readers.h"
#include "engine/data/zip_file.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view npy_ending = ".npy";

/// The arrays of an .npz or of a folder: names without .npy, and how to open one.
struct NamedArrays {
  std::vector<std::string> names;
  std::function<NpyArray(const std::string&)> open;
};

NamedArrays arrays_of_zip(const fs::path& path) {
  const auto zip = std::make_shared<ZipFile>(path);
  NamedArrays arrays;
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < zip->members().size(); ++i) {
    const std::string& name = zip->members()[i].name;
    if (!name.ends_with(npy_ending)) continue;
    arrays.names.push_back(name.substr(0, name.size() - npy_ending.size()));
    members.push_back(i);
  }
  arrays.open = [=, names = arrays.names](const std::string& name) {
    const std::size_t at = std::size_t(std::ranges::find(names, name) - names.begin());
    const auto reader = std::make_shared<ZipFile::Reader>(zip->open(members.at(at)));
    return NpyArray(
        fmt::format("{}: {}", path.string(), printable(name)), zip->members()[members[at]].bytes,
        [=](std::span<std::byte> to) { reader->read(to); }, [=] { reader->expect_end(); });
  };
  return arrays;
}

NamedArrays arrays_of_folder(const fs::path& folder) {
  NamedArrays arrays;
  std::error_code none;  // a folder that cannot be read holds none
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none))
    if (at->path().extension() == npy_ending) arrays.names.push_back(at->path().stem().string());
  std::ranges::sort(arrays.names);
  arrays.open = [=](const std::string& name) {
    const auto file = std::make_shared<InputFile>(folder / (name + std::string(npy_ending)));
    const auto read = [=, offset = std::uint64_t(0)](std::span<std::byte> to) mutable {
      file->read(offset, to);
      offset += to.size();
    };
    return NpyArray(file->path().string(), file->size(), read, [] {});  // its size was compared with its header
  };
  return arrays;
}

/// The two arrays of a split, with headers that agree.
struct ArraySplitFiles {
  ArraySplitFiles(const NamedArrays& arrays, const ArrayPair& names)
      : images(arrays.open(names.images)), labels(arrays.open(names.labels)) {
    const auto& shape = images.shape();
    if (!images.holds_bytes())
      throw UsageError(
          fmt::format("--data {}: values of type '{}'; pixels are bytes, 0 to 255: "
                      "save them as numpy.uint8",
                      images.where(), images.type()));
    const bool colour = shape.size() == 4 && (shape[3] == 1 || shape[3] == 3);
    if ((shape.size() != 3 && !colour) || *std::ranges::min_element(shape) < 1 ||
        *std::ranges::max_element(shape) > INT_MAX)
      throw UsageError(
          fmt::format("--data {}: its shape is {}; images are N x height x width, or N x height x width x 1 or 3",
                      images.where(), images.shape_text()));
    const auto& labels_shape = labels.shape();
    if (!labels.holds_integers())
      throw UsageError(
          fmt::format("--data {}: values of type '{}'; labels are whole numbers: "
                      "save them as numpy.int64",
                      labels.where(), labels.type()));
    if (labels_shape.empty() || labels_shape.size() > 2 || (labels_shape.size() == 2 && labels_shape[1] != 1))
      throw UsageError(fmt::format("--data {}: its shape is {}; an image has one label: N, or N x 1", labels.where(),
                                   labels.shape_text()));
    if (labels_shape[0] != shape[0])
      throw UsageError(fmt::format("--data {}: {} images, but {} labels", images.where(), shape[0], labels_shape[0]));
  }

  /// Pixels, and the labels as they are stored and as numbers.
  std::uint64_t bytes() const { return images.bytes() + labels.bytes() + 12 * std::uint64_t(labels.shape()[0]); }

  Dataset read_images() {
    const auto& shape = images.shape();
    return {int(shape[0]), int(shape[1]), int(shape[2]), shape.size() == 4 ? int(shape[3]) : 1, images.values(), {}};
  }

  NpyArray images, labels;
};

}  // namespace

bool is_arrays_folder(const fs::path& folder) {
  return find_arrays(arrays_of_folder(folder).names, folder.string()).has_value();
}

DataSplits read_arrays(const fs::path& path, const ReaderContext& context) {
  const NamedArrays arrays = fs::is_directory(path) ? arrays_of_folder(path) : arrays_of_zip(path);
  const auto names = find_arrays(arrays.names, path.string());
  if (!names)
    throw UsageError(fmt::format(
        "--data {}: expected the arrays train_images, train_labels, val_images ... or x_train, y_train, x_test ...; "
        "the arrays in it: {}",
        path.string(), first_names(arrays.names, 10)));
  context.tell(0, 2, "reading arrays");
  const bool by_test = context.request.split == "test" || !names->validation;
  if (by_test && !names->test) throw UsageError(fmt::format("--split test: no test_images in {}", path.string()));
  const ArrayPair& validating = by_test ? *names->test : *names->validation;
  // All headers are right before one array is read.
  ArraySplitFiles train(arrays, names->train), validation(arrays, validating);
  require_memory(path, "images and labels", train.bytes() + validation.bytes());
  DataSplits data;
  data.ledger.seen = data.ledger.used = 4;
  if (names->validation && names->test) {
    const ArrayPair& left_alone = by_test ? *names->validation : *names->test;
    data.ledger.seen += 2;
    for (const std::string& name : {left_alone.images, left_alone.labels})
      data.ledger.passed_over.push_back({name, std::string(other_split)});
    context.warning(fmt::format("{}: {} validates; {} is left alone (--split)", path.string(),
                                printable(validating.images), printable(left_alone.images)));
  }
  data.kind = "arrays";
  data.train = train.read_images();
  const std::vector<std::int64_t> labels = train.labels.integers();
  context.tell(1, 2, "reading arrays");
  data.validation = validation.read_images();
  const NumberedClasses classes(labels, train.labels.where(), context);
  data.train.labels = classes.of(labels, train.labels.where());
  data.validation.labels = classes.of(validation.labels.integers(), validation.labels.where());
  data.classes = classes.names();
  context.tell(2, 2, "reading arrays");
  return data;
}

}  // namespace gs
