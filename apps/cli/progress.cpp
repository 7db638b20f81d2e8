// progress.cpp - fits the parts of a progress line into a width.
#include "apps/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace gs::apps {
namespace {

/// A piece of a line. Pieces with the highest `spare` are left out first; those with 0 stay.
struct Part {
  std::string text;
  int spare = 0;
};

std::size_t columns(const std::vector<Part>& parts) {
  std::size_t sum = 0;
  for (const Part& p : parts) sum += p.text.size();
  return sum;
}

/// Leaves out pieces until the rest fits.
std::vector<Part> fitting(std::vector<Part> parts, std::size_t width) {
  while (columns(parts) > width) {
    const auto last =
        std::max_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.spare < b.spare; });
    if (last->spare == 0) break;
    parts.erase(last);
  }
  return parts;
}

std::string joined(const std::vector<Part>& parts) {
  std::string line;
  for (const Part& p : parts) line += p.text;
  return line;
}

std::string bar(double share, int columns, const Style& style) {
  const int full = std::clamp(int(std::lround(share * columns)), 0, columns);
  std::string text = style.colour ? "\x1b[36m" : "";  // cyan, then dim
  for (int i = 0; i < full; ++i) text += style.full;
  if (style.colour) text += "\x1b[0;2m";
  for (int i = full; i < columns; ++i) text += style.empty;
  return style.colour ? text + "\x1b[0m" : text;
}

/// A line with a bar before part `at`; the bar fills the remaining width, at most 40 columns.
std::string with_bar(std::vector<Part> parts, std::size_t at, double share, int width, const Style& style) {
  constexpr int most = 40, least = 6;
  const std::string head = joined({parts.begin(), parts.begin() + std::ptrdiff_t(at)});
  parts.erase(parts.begin(), parts.begin() + std::ptrdiff_t(at));
  const int room = width - int(head.size());
  parts = fitting(std::move(parts), std::size_t(std::max(0, room - least)));
  const int length = std::min(most, room - int(columns(parts)));
  return head + (length > 0 ? bar(share, length, style) : "") + joined(parts);
}

std::string epoch_words(int epoch, int epochs) {
  const std::string last = std::to_string(epochs);
  return fmt::format("epoch {:>{}}/{}", epoch, last.size(), last);
}

std::string pace(double images_per_s) {
  return fmt::format("  {:>5.{}f} img/s", images_per_s, images_per_s < 10 ? 1 : 0);
}

double share_of(std::size_t done, std::size_t total) {
  return total == 0 ? 1 : double(done) / double(total);
}

}  // namespace

std::string duration(double seconds) {
  if (seconds < 0.0995) return fmt::format("{:.0f} ms", 1e3 * seconds);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const long long whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

double TimeLeft::estimate(const EpochProgress& p) const {
  if (p.done == 0 && finished_ == 0) return -1;
  const double share = share_of(p.done, p.total);
  const double epoch_seconds = finished_ > 0 ? finished_seconds_ / finished_ : p.seconds / share;
  return epoch_seconds * (double(p.epochs - p.epoch) + 1 - share);
}

std::string live_line(const EpochProgress& p, double seconds_left, int width, const Style& style) {
  std::vector<Part> parts{{epoch_words(p.epoch, p.epochs) + " "}};
  if (p.done > 0) parts.push_back({fmt::format(" loss {:.4f} acc {:.3f}", p.loss, p.accuracy), 1});
  if (p.validating) parts.push_back({"  validating", 4});
  if (p.seconds > 0 && p.done > 0) parts.push_back({pace(double(p.done) / p.seconds), 3});
  if (seconds_left >= 0) parts.push_back({"  " + duration(seconds_left) + " left", 2});
  return with_bar(std::move(parts), 1, share_of(p.done, p.total), width, style);
}

std::string finished_line(const EpochResult& r, int epochs, bool best, int width, const Style& style) {
  std::vector<Part> parts{{epoch_words(r.epoch, epochs)},
                          {fmt::format("  loss {:.4f}", r.loss)},
                          {fmt::format(" acc {:.3f}", r.accuracy), 3},
                          {fmt::format("  val {:.4f}", r.val_loss), 1},
                          {fmt::format(" acc {:.3f}", r.val_accuracy), 2},
                          {pace(r.images_per_s), 5},
                          {"  " + duration(r.seconds), 4}};
  std::string line = joined(fitting(std::move(parts), std::size_t(std::max(0, width - 2))));
  if (best) line += style.colour ? " \x1b[32m*\x1b[0m" : " *";
  return line;
}

std::string loading_line(const std::string& what, std::size_t done, std::size_t total, double seconds, int width,
                         const Style& style) {
  std::vector<Part> parts{{what + " "}, {fmt::format(" {}/{}", done, total), 1}};
  if (done > 0) parts.push_back({"  " + duration(seconds / share_of(done, total) - seconds) + " left", 2});
  return with_bar(std::move(parts), 1, share_of(done, total), width, style);
}

}  // namespace gs::apps
