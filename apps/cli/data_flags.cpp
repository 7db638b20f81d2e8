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
  a.value(
      "--data", r.data,
      "synthetic:lesions (drawn), a folder of images or of IDX files (MNIST), or a file that 'gridstride pack' wrote",
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
  a.value("--limit", r.limit, "use at most N images of each split", whole_number(1), "N");
  a.flag("--skip-broken", r.skip_broken, "name and skip images that cannot be read, instead of stopping");
}

void add_split_flag(Arguments& a, DataRequest& r) {
  a.choice("--split", r.split, "folder that validates, where there are both val/ and test/; the other is left alone",
           {"val", "test"});
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
