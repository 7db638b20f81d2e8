// data_flags.cpp - flags of the data, and a progress bar while images are drawn or decoded.
#include "apps/cli/data_flags.h"

#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "apps/cli/progress.h"
#include "apps/cli/terminal.h"
#include "engine/core/error.h"

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
  a.flag("--skip-broken", r.skip_broken, "name and skip images that cannot be read, instead of stopping");
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
}

DataSplits load_with_progress(const DataRequest& request, bool quiet, Warnings warnings) {
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
    if (warnings == Warnings::drop) return;
    line.clear();
    print_message(warning);
  });
}

}  // namespace gs::apps
