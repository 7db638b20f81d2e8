// curves_png.cpp - charts drawn with OpenCV's lines and letters.
#include "apps/report/curves_png.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/data/opencv_module.h"

namespace gs::apps {
namespace {

constexpr int panel_width = 620, panel_height = 340, left = 70, right = 20, top = 56, bottom = 44, legend_line = 18;
constexpr std::uint8_t paper = 255;
constexpr Colour ink{40, 40, 40}, faint{225, 225, 225};
// Okabe and Ito's colours, told apart by colour-blind readers too.
constexpr Colour colours[] = {{0, 114, 178}, {213, 94, 0},   {0, 158, 115},  {204, 121, 167},
                              {230, 159, 0}, {86, 180, 233}, {240, 228, 66}, {90, 90, 90}};

struct Range {
  double low, high;
};

/// From the smallest to the largest finite value of all curves, with a little room.
Range range_of(const std::vector<std::vector<double>>& curves) {
  Range r{INFINITY, -INFINITY};
  for (const auto& curve : curves)
    for (const double v : curve)
      if (std::isfinite(v)) r = {std::min(r.low, v), std::max(r.high, v)};
  if (!(r.low <= r.high)) return {0, 1};
  const double room = std::max(0.05 * (r.high - r.low), 1e-6);
  return {r.low - room, r.high + room};
}

/// Steps of 1, 2 or 5 times a power of ten, about five in the range.
double tick_step(Range r) {
  const double rough = (r.high - r.low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

/// One chart into its part of the picture: `train` and `validation` are columns of the history.
void draw_panel(const Panel& panel, const std::string& title, const std::vector<SeededRun>& runs,
                double EpochResult::*train, double EpochResult::*validation) {
  const OpencvModule& opencv = opencv_module();
  std::vector<std::vector<double>> curves;
  std::size_t epochs = 2;
  for (const SeededRun& run : runs) {
    curves.push_back(run.curve(train));
    curves.push_back(run.curve(validation));
    epochs = std::max(epochs, std::size_t(run.epochs()));
  }
  const Range range = range_of(curves);
  const int width = panel_width - left - right, height = panel_height - top - bottom;
  const auto x = [&](double epoch) { return left + int(std::lround((epoch - 1) / double(epochs - 1) * width)); };
  const auto y = [&](double v) { return top + int(std::lround((range.high - v) / (range.high - range.low) * height)); };
  opencv.draw_text(panel, title, {left, 24}, 0.55, ink);
  const double step = tick_step(range), lowest = std::ceil(range.low / step) * step;
  constexpr int most_ticks = 6;  // counted: among numbers with few digits left, a sum with a step may stay the same
  for (int i = 0; i < most_ticks && lowest + i * step <= range.high; ++i) {
    const double tick = lowest + i * step;
    opencv.draw_line(panel, {left, y(tick)}, {left + width, y(tick)}, faint, 1, false);
    opencv.draw_text(panel, fmt::format("{:.3g}", tick), {12, y(tick) + 4}, 0.4, ink);
  }
  for (int i = 0; i <= 4; ++i) {
    const int epoch = 1 + int(std::lround(double(epochs - 1) * i / 4));
    opencv.draw_text(panel, std::to_string(epoch), {x(epoch) - 8, panel_height - 24}, 0.4, ink);
  }
  opencv.draw_text(panel, "epoch", {left + width / 2 - 16, panel_height - 8}, 0.4, ink);
  opencv.draw_frame(panel, {left, top}, width, height, ink);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Colour colour = colours[r % std::size(colours)];
    for (const int which : {0, 1}) {
      const auto& curve = curves[2 * r + std::size_t(which)];
      for (std::size_t e = 1; e < curve.size(); ++e)
        if (std::isfinite(curve[e - 1]) && std::isfinite(curve[e]))
          opencv.draw_line(panel, {x(double(e)), y(curve[e - 1])}, {x(double(e + 1)), y(curve[e])}, colour,
                           which ? 2 : 1, true);
    }
    const int best = runs[r].seeds[0].best_epoch();
    const double there = curves[2 * r + 1][std::size_t(best - 1)];
    if (std::isfinite(there)) opencv.draw_disc(panel, {x(best), y(there)}, 4, colour);
  }
}

}  // namespace

void write_curves_png(const std::filesystem::path& path, const std::vector<ReportTask>& tasks) {
  int height = 0;
  for (const ReportTask& task : tasks)
    if (task.plan.curves) height += panel_height + legend_line * int(task.runs.size()) + 14;
  if (height == 0 || !built_with_opencv()) return;
  const OpencvModule& opencv = opencv_module();
  Image picture{height, 2 * panel_width, 3, {}};
  picture.pixels.assign(std::size_t(height) * 2 * panel_width * 3, paper);
  const Panel whole{&picture, 0, 0, picture.w, picture.h};
  int at = 0;
  for (const ReportTask& task : tasks) {
    if (!task.plan.curves) continue;
    const std::string name = task.plan.id.empty() ? "" : task.plan.id + ": ";
    draw_panel({&picture, 0, at, panel_width, panel_height}, name + "loss (thin: training, thick: validation)",
               task.runs, &EpochResult::loss, &EpochResult::val_loss);
    draw_panel({&picture, panel_width, at, panel_width, panel_height}, name + "accuracy", task.runs,
               &EpochResult::accuracy, &EpochResult::val_accuracy);
    at += panel_height;
    for (std::size_t r = 0; r < task.runs.size(); ++r, at += legend_line) {
      opencv.draw_line(whole, {left, at + 6}, {left + 24, at + 6}, colours[r % std::size(colours)], 2, false);
      opencv.draw_text(whole, task.runs[r].name, {left + 32, at + 10}, 0.42, ink);
    }
    at += 14;
  }
  const std::vector<std::uint8_t> png = opencv.encode_png(picture);
  if (png.empty()) throw Error(fmt::format("{}: OpenCV cannot encode it", path.string()));
  const std::span<const std::byte> bytes = std::as_bytes(std::span(png));
  write_file(path, std::span(&bytes, 1));  // which sees a full disk
}

}  // namespace gs::apps
