// history_csv.cpp - the history of a run as text, and back. Numbers are the shortest that read back to the same double.
#include <charconv>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/train/run_folder.h"

namespace gs {
namespace {

constexpr std::string_view header = "epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s";

EpochResult parse_line(std::string_view line, std::size_t number) {
  EpochResult r;
  double epoch = 0;
  double* const fields[] = {&epoch,          &r.loss,          &r.accuracy, &r.val_loss,
                            &r.val_accuracy, &r.learning_rate, &r.seconds,  &r.images_per_s};
  const char* at = line.data();
  const char* const end = at + line.size();
  for (double* field : fields) {
    const auto [stop, error] = std::from_chars(at, end, *field);
    const bool last = field == fields[std::size(fields) - 1];
    if (error != std::errc() || (last ? stop != end : stop == end || *stop != ','))
      throw Error(fmt::format("history.csv, line {}: want {} numbers with commas between them, not '{}'", number,
                              std::size(fields), line));
    at = stop + (last ? 0 : 1);
  }
  r.epoch = int(epoch);
  return r;
}

}  // namespace

std::string history_csv(const std::vector<EpochResult>& history) {
  std::string text = std::string(header) + "\n";
  for (const EpochResult& r : history)
    text += fmt::format("{},{},{},{},{},{},{},{}\n", r.epoch, r.loss, r.accuracy, r.val_loss, r.val_accuracy,
                        float(r.learning_rate), r.seconds, r.images_per_s);
  return text;
}

std::vector<EpochResult> parse_history_csv(std::string_view text) {
  std::vector<EpochResult> history;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (number == 1 && line != header) throw Error(fmt::format("history.csv, line 1: want '{}'", header));
    if (number > 1) history.push_back(parse_line(line, number));
  }
  return history;
}

}  // namespace gs
