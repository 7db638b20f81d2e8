// history_csv.cpp - numbers are written as the shortest text that reads back to the same double.
#include "engine/train/history_csv.h"

#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {
namespace {

constexpr std::string_view header = "epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s";
constexpr std::string_view more = ",train_loss,train_accuracy";  // with --eval-train

EpochResult parse_line(std::string_view line, std::size_t number, bool has_more) {
  EpochResult r;
  double epoch = 0;
  std::vector<double*> fields = {&epoch,          &r.loss,          &r.accuracy, &r.val_loss,
                                 &r.val_accuracy, &r.learning_rate, &r.seconds,  &r.images_per_s};
  if (has_more) fields.insert(fields.end(), {&r.train_loss, &r.train_accuracy});
  const char* at = line.data();
  const char* const end = at + line.size();
  for (double* field : fields) {
    const auto [stop, error] = std::from_chars(at, end, *field);
    const bool last = field == fields.back();
    if (error != std::errc() || (last ? stop != end : stop == end || *stop != ','))
      throw Error(fmt::format("history.csv, line {}: expected {} numbers with commas between them, not '{}'", number,
                              fields.size(), line));
    at = stop + (last ? 0 : 1);
  }
  // Readers take an epoch's number for its place.
  if (epoch != double(number - 1))
    throw Error(fmt::format("history.csv, line {}: the epoch must be {}, not {}", number, number - 1, epoch));
  if (std::abs(r.learning_rate) > std::numeric_limits<float>::max())
    throw Error(fmt::format("history.csv, line {}: the learning rate must be a number of 32 bits, not {}", number,
                            r.learning_rate));
  r.epoch = int(number - 1);
  return r;
}

}  // namespace

std::string history_csv(const std::vector<EpochResult>& history) {
  const bool has_more = !history.empty() && !std::isnan(history.front().train_loss);
  std::string text = fmt::format("{}{}\n", header, has_more ? more : "");
  for (const EpochResult& r : history) {
    text += fmt::format("{},{},{},{},{},{},{},{}", r.epoch, r.loss, r.accuracy, r.val_loss, r.val_accuracy,
                        float(r.learning_rate), r.seconds, r.images_per_s);
    text += has_more ? fmt::format(",{},{}\n", r.train_loss, r.train_accuracy) : "\n";
  }
  return text;
}

std::vector<EpochResult> parse_history_csv(std::string_view text) {
  std::vector<EpochResult> history;
  bool has_more = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (number == 1) has_more = line == std::string(header) + std::string(more);
    if (number == 1 && !has_more && line != header)
      throw Error(fmt::format("history.csv, line 1: expected '{}'", header));
    if (number > 1) history.push_back(parse_line(line, number, has_more));
  }
  return history;
}

}  // namespace gs
