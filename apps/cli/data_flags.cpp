// data_flags.cpp - flags of the data, and a progress bar while images are drawn or decoded.
#include "apps/cli/data_flags.h"

#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "engine/core/error.h"
#include "engine/data/duplicates.h"

namespace gs::apps {

void add_data_flags(Arguments& a, DataRequest& r) {
  a.value("--data", r.data,
          "synthetic:lesions (drawn), a folder of images, IDX files (MNIST), CIFAR or .npy files, an .npz file, or one "
          "that 'gridstride pack' wrote",
          some_text(), "SOURCE");
  a.value("--train-size", r.train_size, "images to draw for training; synthetic data only", whole_number(2), "N")
      .default_str("1000");
  a.value("--val-size", r.validation_size, "images to draw for validation; synthetic data only", whole_number(2), "N")
      .default_str("200");
  const std::function<void(const std::string&)> set_size = [&r](const std::string& text) {
    r.image_size = image_size_of(text);
  };
  a.value("--image-size", set_size, "size that images are resized to: a square's side, or height x width as in 96x128",
          image_size(), "N|HxW")
      .default_str("128, or the file's own");
  a.choice("--channels", r.channels, "1: grey, 3: colour", {"1", "3"}).default_str("1, or the file's own");
  a.value("--label-pattern", r.label_pattern, "classes; that of an image is the one in its file name", some_text(),
          "A,B")
      .separated_by_commas();
  a.value("--val-split", r.validation_split,
          "about this share of a folder without train/ and val/ validates; the files' names decide",
          number_inside(0, 1), "X");
  a.value("--labels", r.table.file, "table of the labels: CSV with a picture and its class a row", some_text(), "FILE");
  a.value("--image-column", r.table.image_column, "its column of picture names, with or without ending and folders",
          some_text(), "NAME")
      .default_str("image, image_id, filename, ...");
  a.value("--label-column", r.table.label_columns, "its column of classes, or A,B,...: the class is the one that is 1",
          some_text(), "NAME")
      .separated_by_commas()
      .default_str("label, dx, class, ...");
  a.value("--group-column", r.table.group_column, "pictures of one group, as a patient, are in one split", some_text(),
          "NAME");
  a.value("--split-column", r.table.split_column, "its column of train, val and test", some_text(), "NAME");
  a.flag("--transpose", r.transpose, "swap rows and columns of IDX images: EMNIST's lie on their side");
  const std::function<void(const std::string&)> set_range = [&r](const std::string& text) {
    r.range_bits = text == "full" ? 16 : 0;
  };
  a.value(
       "--range", set_range,
       "values of 16-bit pictures that become 0 to 255: auto, those of the fewest bits that hold all pictures' values; "
       "full, all 16 bits",
       one_of({"auto", "full"}), "auto|full")
      .default_str("auto");
  a.value("--limit", r.limit, "use at most N images of each split", whole_number(1), "N");
  r.decoding = Decoding::automatic;
  const std::function<void(const std::string&)> set_decoding = [&r](const std::string& text) {
    r.decoding = text == "once" ? Decoding::once : text == "stream" ? Decoding::stream : Decoding::automatic;
  };
  a.value("--decode", set_decoding,
          "pictures of a folder: once, into memory; stream, in the background, anew for each epoch; auto, stream if "
          "they need more than a third of the memory, or most of a GPU's",
          one_of({"auto", "once", "stream"}), "auto|once|stream")
      .default_str("auto");
  a.flag("--skip-broken", r.skip_broken, "name and skip images that cannot be read, instead of stopping");
}

namespace {

void check_table_flags(const DataRequest& r, bool synthetic) {
  const TableRequest& t = r.table;
  const std::pair<const char*, bool> columns[] = {{"--image-column", !t.image_column.empty()},
                                                  {"--label-column", !t.label_columns.empty()},
                                                  {"--group-column", !t.group_column.empty()},
                                                  {"--split-column", !t.split_column.empty()}};
  for (const auto& [flag, given] : columns)
    if (given && t.file.empty()) throw UsageError(fmt::format("{} is a column of a table: it needs --labels", flag));
  if (synthetic && !t.file.empty()) throw UsageError("--labels is for folders of images");
  if (synthetic && r.transpose) throw UsageError("--transpose is for IDX files, as EMNIST's");
  if (!t.file.empty() && !r.label_pattern.empty())
    throw UsageError("--labels and --label-pattern both say the classes: one at a time");
  if (!t.file.empty() && r.transpose) throw UsageError("--transpose is for IDX files, as EMNIST's");
  if (!t.split_column.empty() && r.validation_split)
    throw UsageError("--split-column and --val-split both say what validates: one at a time");
}

}  // namespace

void add_split_flag(Arguments& a, DataRequest& r) {
  a.choice(
      "--split", r.split,
      "folder, arrays or rows of a table that validate, where there are both val and test; the other is left alone",
      {"val", "test"});
}

void add_loading_flags(Arguments& a, DataRequest& r) {
  a.section("Data");
  add_data_flags(a, r);
  add_split_flag(a, r);
  a.value("--threads", r.threads, "threads that decode; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096),
          "N");
}

void check_data_flags(const DataRequest& r) {
  const bool synthetic = r.data.rfind("synthetic:", 0) == 0;
  if (synthetic && r.data != built_in_data)
    throw UsageError(fmt::format("--data: unknown '{}': the built-in data is {}", r.data, built_in_data));
  if (!synthetic && r.train_size)
    throw UsageError("--train-size is for synthetic data; --limit uses fewer images of a folder or file");
  if (!synthetic && r.validation_size)
    throw UsageError("--val-size is for synthetic data; --val-split divides a folder");
  if (synthetic && !r.label_pattern.empty()) throw UsageError("--label-pattern is for folders of images");
  if (synthetic && r.validation_split)
    throw UsageError("--val-split is for folders of images; --val-size says how many to draw");
  check_table_flags(r, synthetic);
  if (r.split == "test" && r.validation_split)
    throw UsageError("--split test and --val-split both say what validates: one at a time");
  if (synthetic && r.decoding == Decoding::stream) throw UsageError("--decode stream is for folders of images");
  if (synthetic && r.split != "val") throw UsageError("--split is for folders of images with a test/ folder");
}

DataSplits load_with_progress(const DataRequest& request, bool quiet, Warnings warnings) {
  if (warnings == Warnings::drop) return load_with_progress(request, quiet, [](const std::string&) {});
  DataSplits data = load_with_progress(request, quiet, print_message);
  if (data.kind == "synthetic") return data;  // drawn from different numbers
  if (const std::string twice = summary_of(find_duplicates(data), data); !twice.empty()) print_message(twice);
  return data;
}

DataSplits load_with_progress(const DataRequest& request, bool quiet,
                              const std::function<void(const std::string&)>& warn) {
  using Clock = std::chrono::steady_clock;
  const Style style = detect_style(stdout);
  LiveLine line(style);
  const auto start = Clock::now();
  auto drawn = start;
  const DataProgress show = [&](std::size_t done, std::size_t total, const std::string& what) {
    const auto now = Clock::now();
    if (now - drawn < std::chrono::milliseconds(100)) return;  // also the first tenth of a second: no flicker
    drawn = now;
    const double seconds = std::chrono::duration<double>(now - start).count();
    line.draw(loading_line(what, done, total, seconds, terminal_width(stdout), style));
  };
  return load_data(request, quiet || !style.live ? DataProgress() : show, [&](const std::string& warning) {
    line.clear();
    warn(warning);
  });
}

}  // namespace gs::apps
