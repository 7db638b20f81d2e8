// data.cpp - `gridstride data SOURCE`: what is in a data set, and what is odd about it, before a network is trained.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/fitted_table.h"
#include "apps/cli/help.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/train_plan.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/pretty_json.h"
#include "engine/core/printable.h"
#include "engine/data/duplicates.h"
#include "engine/data/stored_sizes.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

/// Everything that the command says, for text and JSON.
struct DataReport {
  DataSplits data;
  std::vector<std::int64_t> training, validation;  ///< images a class
  SizeCounts sizes;
  int grey = 0;
  Duplicates twice;
  std::vector<std::string> notes;  ///< the reader's warnings
};

DataReport look_at(DataRequest request, bool quiet) {
  request.skip_broken = true;                                                    // the report lists them
  if (request.data != built_in_data && !request.channels) request.channels = 3;  // else colour would be lost
  DataReport report;
  request.takes_ledger = true;
  report.data = load_with_progress(request, quiet, [&](const std::string& note) { report.notes.push_back(note); });
  const DataSplits& data = report.data;
  report.training = class_counts(data.train, data.classes.size());
  report.validation = class_counts(data.validation, data.classes.size());
  report.sizes = stored_sizes(data);
  report.grey = grey_images(data);
  report.twice = find_duplicates(data);
  return report;
}

std::string kind_words(const std::string& kind) {
  if (kind == "folder") return "a folder of pictures";
  if (kind == "idx") return "IDX files";
  if (kind == "table") return "pictures with a table of labels";
  if (kind == "cifar10") return "CIFAR-10";
  if (kind == "cifar100") return "CIFAR-100";
  if (kind == "arrays") return "NumPy's arrays";
  if (kind == "packed") return "a packed file";
  return kind == "synthetic" ? "drawn" : kind;
}

std::string class_table(const DataReport& report, int width) {
  const DataSplits& data = report.data;
  std::vector<TableRow> rows;
  const double all = double(data.train.n) + double(data.validation.n);
  for (std::size_t c = 0; c < data.classes.size(); ++c)
    rows.push_back({printable(data.classes[c]), grouped(report.training[c]), grouped(report.validation[c]),
                    fmt::format("{:.1f} %", 100 * double(report.training[c] + report.validation[c]) / all)});
  rows.push_back({});
  rows.push_back({"all", grouped(data.train.n), grouped(data.validation.n), ""});
  return fitted_table({{"class", 0, true, std::max(10, width - 40)}, {"training"}, {"validation"}, {"share", 1}}, rows,
                      width);
}

std::string size_words(const std::pair<int, int>& size) {
  return fmt::format("{}x{}", size.first, size.second);
}

/// The commonest size, and the range of the others.
std::string sizes_text(const SizeCounts& sizes) {
  if (sizes.empty()) return "not known";
  const auto commonest = std::ranges::max_element(sizes, {}, &SizeCounts::value_type::second);
  if (sizes.size() == 1) return fmt::format("all {} (height x width)", size_words(commonest->first));
  int all = 0, narrowest = commonest->first.second, widest = narrowest;
  for (const auto& [size, count] : sizes) {
    all += count;
    narrowest = std::min(narrowest, size.second), widest = std::max(widest, size.second);
  }
  return fmt::format("height {} to {}, width {} to {}; {} sizes, the commonest {} (height x width), {} of {}",
                     sizes.begin()->first.first, sizes.rbegin()->first.first, narrowest, widest, sizes.size(),
                     size_words(commonest->first), grouped(commonest->second), grouped(all));
}

std::string colour_text(const DataReport& report) {
  const int all = report.data.train.n + report.data.validation.n;
  if (report.grey == all) return "all grey";
  return report.grey == 0 ? "all in colour"
                          : fmt::format("{} grey, {} in colour", grouped(report.grey), grouped(all - report.grey));
}

std::vector<std::string> twice_lines(const DataReport& report) {
  std::vector<std::string> lines = lines_of(report.twice, report.data);
  if (lines.empty()) lines.push_back("none, neither across the splits and classes nor within them");
  return lines;
}

/// The commonest reasons first.
std::vector<FilesOfReason> reasons_of(const Ledger& ledger) {
  std::vector<FilesOfReason> reasons = by_reason(ledger);
  std::ranges::stable_sort(reasons, std::greater(), [](const FilesOfReason& reason) { return reason.files.size(); });
  return reasons;
}

std::vector<std::string> file_lines(const Ledger& ledger) {
  constexpr std::size_t shown_reasons = 12, shown_names = 3;
  std::vector<std::string> lines{fmt::format("{} seen, {} used, {} passed over", grouped(std::int64_t(ledger.seen)),
                                             grouped(std::int64_t(ledger.used)),
                                             grouped(std::int64_t(ledger.passed_over.size())))};
  const std::vector<FilesOfReason> reasons = reasons_of(ledger);
  for (const auto& [why, files] : reasons) {
    if (lines.size() > shown_reasons) {
      lines.push_back(fmt::format("and {} (--json lists all)",
                                  plural(std::int64_t(reasons.size() - shown_reasons), "other reason")));
      break;
    }
    const auto last = files.begin() + std::ptrdiff_t(std::min(shown_names, files.size()));
    lines.push_back(fmt::format("{}{}: {}{}", why, files.size() > 1 ? fmt::format(" ({})", files.size()) : "",
                                fmt::join(files.begin(), last, ", "), files.size() > shown_names ? ", ..." : ""));
  }
  return lines;
}

std::string report_text(const DataReport& report, int width) {
  constexpr int label_width = 8;
  const DataSplits& data = report.data;
  std::string text = fmt::format("{}: {}, {} + {} images in {} classes\n\n", data.source, kind_words(data.kind),
                                 grouped(data.train.n), grouped(data.validation.n), data.classes.size());
  text += class_table(report, width) + "\n";
  const auto add = [&](const std::string& label, const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
      text += fmt::format("{:<{}}{}\n", &line == lines.data() ? label : "", label_width,
                          wrapped(line, std::max(20, width - label_width), label_width));
  };
  add("sizes", {sizes_text(report.sizes)});
  add("colour", {colour_text(report)});
  add("twice", twice_lines(report));
  if (data.ledger.seen > 0) add("files", file_lines(data.ledger));
  const auto [least, most] = std::ranges::minmax(report.training);
  if (least > 0 && most >= 3 * least)
    add("note", {fmt::format("the largest class has {:.1f} times the training images of the smallest: --class-weight "
                             "balanced counts every class the same",
                             double(most) / double(least))});
  for (const std::string& note : report.notes) add("note", {note});
  return text;
}

Json report_json(const DataReport& report) {
  const DataSplits& data = report.data;
  Json classes = Json::array(), sizes = Json::array(), passed_over = Json::array(), notes = Json::array();
  for (std::size_t c = 0; c < data.classes.size(); ++c)
    classes.push_back(
        {{"name", data.classes[c]}, {"training", report.training[c]}, {"validation", report.validation[c]}});
  for (const auto& [size, count] : report.sizes)
    sizes.push_back({{"height", size.first}, {"width", size.second}, {"images", count}});
  for (const PassedOver& one : data.ledger.passed_over)
    passed_over.push_back({{"file", as_utf8(one.file)}, {"why", as_utf8(one.why)}});
  for (const std::string& note : report.notes) notes.push_back(as_utf8(note));
  const auto pairs = [&](const std::vector<ImagePair>& all) {
    Json list = Json::array();
    for (const ImagePair& pair : all)
      list.push_back({as_utf8(name_of(data, pair.first)), as_utf8(name_of(data, pair.second))});
    return list;
  };
  return {{"source", as_utf8(data.source)},
          {"kind", data.kind},
          {"training", data.train.n},
          {"validation", data.validation.n},
          {"classes", classes},
          {"sizes", sizes},
          {"grey", report.grey},
          {"colour", data.train.n + data.validation.n - report.grey},
          {"twice",
           {{"training_and_validation", pairs(report.twice.across)},
            {"two_classes", pairs(report.twice.classes)},
            {"repeated", pairs(report.twice.repeated)}}},
          {"files", {{"seen", data.ledger.seen}, {"used", data.ledger.used}, {"passed_over", passed_over}}},
          {"notes", notes}};
}

}  // namespace

int data_command(const Words& words) {
  DataRequest request;
  std::string source;
  bool json = false;
  Arguments arguments("data SOURCE [flags]",
                      "Looks at a data set before training: images of each class and split, sizes, grey or colour, "
                      "pictures that are there twice, files that cannot be read, and what is passed over and why.");
  arguments.positional("source", source);
  add_loading_flags(arguments, request);
  arguments.section("Output");
  arguments.flag("--json", json, "print JSON, with the names of all files that are passed over or there twice");
  if (!arguments.parse(words)) return 0;
  if (source.empty()) throw UsageError("data: which data? 'gridstride data DIR' looks at a folder of pictures");
  if (arguments.given("--data")) throw UsageError("--data: data takes its source as the first argument");
  request.data = source;
  check_data_flags(request);

  const DataReport report = look_at(request, json);
  if (json)
    print_as_it_is(pretty(report_json(report)) + "\n");
  else
    print_text(report_text(report, terminal_width(stdout)));
  return 0;
}

}  // namespace gs::apps
