// label_table.cpp - chooses the columns, then takes their fields row by row.
#include "engine/data/label_table.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/csv.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/lower_case.h"
#include "engine/core/parse_number.h"
#include "engine/core/printable.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_table = 1 << 30;

class TableColumns {
 public:
  TableColumns(std::vector<std::string> names, std::string table)
      : names_(std::move(names)), table_(std::move(table)) {}

  /// The column with this name.
  std::size_t named(const std::string& name, const std::string& flag) const {
    const auto at = std::ranges::find(names_, name);
    if (at == names_.end())
      throw UsageError(fmt::format("{} {}: there is no such column in {}; {}", flag, name, table_, list()));
    if (std::find(at + 1, names_.end(), name) != names_.end())
      throw UsageError(fmt::format("{} {}: {} has two columns of this name", flag, name, table_));
    return std::size_t(at - names_.begin());
  }

  /// The only column with one of the usual names, written in lower case.
  std::size_t usual(const std::vector<std::string>& usual_names, const std::string& flag) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (std::ranges::find(usual_names, in_lower_case(names_[i])) == usual_names.end()) continue;
      if (found)
        throw UsageError(fmt::format("{}: '{}' or '{}'? {} names the column; {}", table_, printable(names_[*found]),
                                     printable(names_[i]), flag, list()));
      found = i;
    }
    if (!found) throw UsageError(fmt::format("{}: {} must name a column; {}", table_, flag, list()));
    return *found;
  }

  /// The first column with one of these names.
  std::optional<std::size_t> first_of(const std::vector<std::string>& names) const {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (std::ranges::find(names, in_lower_case(names_[i])) != names.end()) return i;
    return std::nullopt;
  }

 private:
  std::string list() const { return "its columns are " + first_names(names_, 20); }

  std::vector<std::string> names_;
  std::string table_;
};

/// The name of the column that is 1; empty if all are 0.
std::string one_hot_label(const std::vector<std::string>& fields, const std::vector<std::size_t>& columns,
                          const std::vector<std::string>& names, const std::string& row) {
  std::string label;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& field = fields[columns[i]];
    const auto value = parse_number<double>(field);
    if (!field.empty() && (!value || (*value != 0 && *value != 1)))
      throw UsageError(fmt::format("{}: the column {} must be 0 or 1, not '{}'", row, names[i], printable(field)));
    if (field.empty() || *value == 0) continue;
    if (!label.empty()) throw UsageError(fmt::format("{}: both {} and {} are 1", row, label, names[i]));
    label = names[i];
  }
  return label;
}

/// Columns that people forget to name, and that change how good a network looks.
class ForgottenColumns {
 public:
  ForgottenColumns(const TableColumns& columns, const TableRequest& request) : file_(request.file) {
    if (!request.split_column.empty()) return;
    split_ = columns.first_of({"split", "subset", "partition"});
    if (request.group_column.empty())
      group_ = columns.first_of({"lesion_id", "patient_id", "patient", "subject_id", "case_id"});
  }

  void see(const std::vector<std::string>& fields) {
    if (group_ && !fields[*group_].empty()) repeated_ = !groups_.insert(fields[*group_]).second || repeated_;
  }

  /// For a warning; empty if nothing is forgotten. `names`: of the columns.
  std::string hint(const std::vector<std::string>& names) const {
    if (split_)
      return fmt::format("--labels {0}: the column {1} is not used; --split-column {1} would split by it", file_,
                         printable(names[*split_]));
    if (!repeated_) return "";
    return fmt::format(
        "--labels {0}: pictures of one {1} may stand in both training and validation; --group-column "
        "{1} keeps them together",
        file_, printable(names[*group_]));
  }

 private:
  std::string file_;
  std::optional<std::size_t> split_, group_;
  std::set<std::string> groups_;
  bool repeated_ = false;
};

LabelTable parse_label_table(const std::string& text, const std::string& name, const TableRequest& request) {
  LabelTable table{.name = name, .rows = {}, .hint = {}};
  CsvReader csv(text, table.name);
  std::vector<std::string> fields;
  if (!csv.next(fields)) throw UsageError(fmt::format("{}: the table is empty", table.name));
  const std::vector<std::string> names = fields;
  const TableColumns columns(names, table.name);
  const std::size_t image =
      request.image_column.empty()
          ? columns.usual({"image", "image_id", "image_name", "filename", "file", "path"}, "--image-column")
          : columns.named(request.image_column, "--image-column");
  std::vector<std::size_t> labels;
  for (const std::string& column : request.label_columns) labels.push_back(columns.named(column, "--label-column"));
  if (labels.empty())
    labels.push_back(columns.usual({"label", "dx", "class", "diagnosis", "target"}, "--label-column"));
  const auto optional_column = [&](const std::string& column, const char* flag) {
    return column.empty() ? std::nullopt : std::optional(columns.named(column, flag));
  };
  const auto group = optional_column(request.group_column, "--group-column"),
             split = optional_column(request.split_column, "--split-column");
  ForgottenColumns forgotten(columns, request);
  while (csv.next(fields)) {
    const std::string row = fmt::format("{}, line {}", table.name, csv.line());
    table.rows.push_back(
        {csv.line(), fields[image],
         labels.size() == 1 ? fields[labels[0]] : one_hot_label(fields, labels, request.label_columns, row),
         group ? fields[*group] : "", split ? fields[*split] : ""});
    forgotten.see(fields);
    if (table.rows.back().image.empty()) throw UsageError(fmt::format("{}: it names no picture", row));
  }
  if (table.rows.empty()) throw UsageError(fmt::format("{}: the table has no rows", table.name));
  table.hint = forgotten.hint(names);
  return table;
}

}  // namespace

LabelTable read_label_table(const fs::path& file, const TableRequest& request) {
  check_is_file("--labels", file);
  try {
    return parse_label_table(read_text(file, largest_table), fmt::format("--labels {}", file.string()), request);
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace gs
