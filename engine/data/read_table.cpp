// read_table.cpp - joins the rows of a table with the pictures of a folder, and splits them.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/parse_number.h"
#include "engine/core/printable.h"
#include "engine/data/folder.h"
#include "engine/data/label_table.h"
#include "engine/data/picture_index.h"
#include "engine/data/split_by_name.h"
#include "engine/data/split_word.h"
#include "engine/data/walk_folder.h"

namespace gs {
namespace {

namespace fs = std::filesystem;

/// A picture and the row that names it.
struct LabelledPicture {
  std::string name;  ///< relative to the folder
  const LabelRow* row = nullptr;
};

std::string in_line(const LabelTable& table, const LabelRow& row) {
  return fmt::format("{}, line {}", table.name, row.line);
}

/// Throws UsageError unless two rows of one picture say the same.
void check_same_row(const LabelTable& table, const LabelRow& a, const LabelRow& b, const std::string& picture) {
  const auto check = [&](const char* what, const std::string& of_a, const std::string& of_b) {
    if (of_a != of_b)
      throw UsageError(fmt::format("{}: the {} of {} is '{}', and '{}' in line {}", in_line(table, b), what,
                                   printable(picture), printable(of_b), printable(of_a), a.line));
  };
  check("label", a.label, b.label);
  check("group", a.group, b.group);
  check("split", a.split, b.split);
}

/// Joins rows and pictures. Rows without a picture or a label and pictures without a row go to the ledger.
class TableJoin {
 public:
  TableJoin(const LabelTable& table, const fs::path& root, Ledger& ledger)
      : table_(table), root_(root), ledger_(ledger) {
    for (const fs::path& path : FolderWalk(root, ledger).pictures_below(root))
      names_.push_back(path.lexically_relative(root).generic_string());
    if (names_.empty()) throw UsageError(fmt::format("--data {}: no image in it", root.string()));
    row_of_.resize(names_.size());
  }

  std::vector<LabelledPicture> join() {
    const PictureIndex index(names_);
    for (const LabelRow& row : table_.rows) add(row, index.find(row.image));
    std::vector<LabelledPicture> pictures;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (copies_.contains(i)) continue;
      if (row_of_[i] == nullptr)
        leave_picture(names_[i], "no row in the table");
      else if (row_of_[i]->label.empty())
        leave_picture(names_[i], "no label in the table");
      else
        pictures.push_back({names_[i], row_of_[i]});
    }
    if (pictures.empty())
      throw UsageError(
          fmt::format("{}: no row with a label names a picture in {}; the first row names '{}', and the "
                      "first picture is {}",
                      table_.name, root_.string(), printable(table_.rows[0].image), printable(names_[0])));
    return pictures;
  }

 private:
  /// They count as seen since the folder was read.
  void leave_picture(const std::string& name, std::string why) {
    ledger_.passed_over.push_back({name, std::move(why)});
  }

  void add(const LabelRow& row, const std::vector<std::size_t>& found) {
    if (found.empty()) {
      ++ledger_.seen;
      return leave_picture(row.image, "a row without a picture");
    }
    const std::size_t picture = found[0];
    for (std::size_t i = 1; i < found.size(); ++i) add_copy(row, picture, found[i]);
    if (row_of_[picture] != nullptr) check_same_row(table_, *row_of_[picture], row, names_[picture]);
    row_of_[picture] = &row;
  }

  /// Archives unpacked twice leave the same picture in two folders.
  void add_copy(const LabelRow& row, std::size_t picture, std::size_t copy) {
    if (copies_.contains(copy)) return;
    if (read_file(root_ / names_[picture]) != read_file(root_ / names_[copy]))
      throw UsageError(fmt::format("{}: '{}' may be {} or {}, which are different pictures", in_line(table_, row),
                                   printable(row.image), printable(names_[picture]), printable(names_[copy])));
    copies_.insert(copy);
    leave_picture(names_[copy], "the same file again");
  }

  const LabelTable& table_;
  const fs::path& root_;
  Ledger& ledger_;
  std::vector<std::string> names_;
  std::vector<const LabelRow*> row_of_;  ///< of each picture; null if no row names it
  std::set<std::size_t> copies_;
};

/// Sorted: as numbers if all are whole numbers, else as text.
std::vector<std::string> classes_of(const std::vector<LabelledPicture>& pictures) {
  std::set<std::string> names;
  for (const LabelledPicture& picture : pictures) names.insert(picture.row->label);
  std::vector<std::string> classes(names.begin(), names.end());
  const auto number = [](const std::string& name) { return parse_number<std::int64_t>(name); };
  if (std::ranges::all_of(classes, [&](const std::string& name) { return number(name).has_value(); }))
    std::ranges::stable_sort(classes, {}, [&](const std::string& name) { return *number(name); });
  return classes;
}

NamedSplit parse_split(const LabelTable& table, const LabelRow& row) {
  if (const auto split = split_by_word(row.split)) return *split;
  throw UsageError(
      fmt::format("{}: the split must be train, val or test, not '{}'", in_line(table, row), printable(row.split)));
}

/// Throws UsageError if pictures of one group stand on both sides.
void check_groups(const LabelTable& table, const std::vector<LabelledPicture>& pictures,
                  const std::vector<bool>& validates) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const LabelRow& row = *pictures[i].row;
    if (row.group.empty()) continue;
    const std::size_t other = first.try_emplace(row.group, i).first->second;
    if (validates[other] != validates[i])
      throw UsageError(fmt::format("{}: the group '{}' is in both training and validation, also by line {}",
                                   in_line(table, row), printable(row.group), pictures[other].row->line));
  }
}

/// By the split column. One of val and test validates; the other is left alone, and leaves `pictures`.
std::vector<bool> validating_by_column(const LabelTable& table, std::vector<LabelledPicture>& pictures, Ledger& ledger,
                                       const ReaderContext& context) {
  std::vector<NamedSplit> splits;
  for (const LabelledPicture& picture : pictures) splits.push_back(parse_split(table, *picture.row));
  const bool has_validation = std::ranges::find(splits, NamedSplit::validation) != splits.end();
  const bool has_test = std::ranges::find(splits, NamedSplit::test) != splits.end();
  const bool by_test = context.request.split == "test" || !has_validation;
  if (by_test && !has_test)
    throw UsageError(fmt::format("{}: no row of {} to validate with", table.name,
                                 context.request.split == "test" ? "test" : "val or test"));
  const NamedSplit left_alone = by_test ? NamedSplit::validation : NamedSplit::test;
  if (has_validation && has_test)
    context.warning(fmt::format("{}: the rows of {} validate; those of {} are left alone (--split)", table.name,
                                by_test ? "test" : "val", by_test ? "val" : "test"));
  std::vector<LabelledPicture> kept;
  std::vector<bool> validates;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (splits[i] == left_alone) {
      ledger.passed_over.push_back({pictures[i].name, std::string(other_split)});
      continue;
    }
    kept.push_back(pictures[i]);
    validates.push_back(splits[i] != NamedSplit::train);
  }
  pictures = std::move(kept);
  check_groups(table, pictures, validates);
  return validates;
}

/// By the hash of the group's name, or of the file's.
std::vector<bool> validating_by_hash(const LabelTable& table, const std::vector<LabelledPicture>& pictures,
                                     const std::vector<std::int32_t>& labels, const ReaderContext& context) {
  if (context.request.split == "test") throw UsageError("--split test: of a table it needs a --split-column");
  if (!context.request.validation_split)
    context.warning(fmt::format("{}: no --split-column: about {:.0f} % of {} validate (--val-split)", table.name,
                                100 * default_validation_split,
                                context.request.table.group_column.empty() ? "each class" : "the groups"));
  std::vector<std::string> names;
  for (const LabelledPicture& picture : pictures)
    names.push_back(picture.row->group.empty() ? picture.name : picture.row->group);
  const std::vector<bool> validates =
      validating_by_name(names, labels, context.request.validation_split.value_or(default_validation_split));
  if (std::ranges::find(validates, true) == validates.end())
    throw UsageError(fmt::format("{}: none of its {} {} can validate, since each class needs one to train with",
                                 table.name, std::set<std::string>(names.begin(), names.end()).size(),
                                 context.request.table.group_column.empty() ? "pictures" : "groups"));
  return validates;
}

/// A table that is not where the command runs may lie beside the pictures.
fs::path table_path(const std::string& file, const fs::path& root) {
  std::error_code none;
  return !fs::exists(file, none) && fs::exists(root / file, none) ? root / file : fs::path(file);
}

/// A split column may leave a class without pictures to train with.
void check_classes_train(const LabelTable& table, const FolderListing& listing) {
  std::vector<bool> trains(listing.classes.size());
  for (const ImageFile& file : listing.train) trains[std::size_t(file.label)] = true;
  if (const auto without = std::ranges::find(trains, false); without != trains.end())
    throw UsageError(fmt::format("{}: no picture of the class '{}' is in the training split", table.name,
                                 printable(listing.classes[std::size_t(without - trains.begin())])));
}

FolderListing list_table(const LabelTable& table, const fs::path& root, const ReaderContext& context) {
  FolderListing listing;
  std::vector<LabelledPicture> pictures = TableJoin(table, root, listing.ledger).join();
  const bool by_column = !context.request.table.split_column.empty();
  std::vector<bool> validates;
  if (by_column) validates = validating_by_column(table, pictures, listing.ledger, context);
  listing.classes = classes_of(pictures);
  const auto label_of = [&](const LabelledPicture& picture) {
    return std::int32_t(std::ranges::find(listing.classes, picture.row->label) - listing.classes.begin());
  };
  if (!by_column) {
    std::vector<std::int32_t> labels;
    for (const LabelledPicture& picture : pictures) labels.push_back(label_of(picture));
    validates = validating_by_hash(table, pictures, labels, context);
  }
  for (std::size_t i = 0; i < pictures.size(); ++i)
    (validates[i] ? listing.validation : listing.train).push_back({root / pictures[i].name, label_of(pictures[i])});
  check_classes_train(table, listing);
  if (const std::string summary = summary_of(listing.ledger, root.string());
      !summary.empty() && !context.request.takes_ledger)
    context.warning(summary);
  if (!table.hint.empty()) context.warning(table.hint);
  return listing;
}

}  // namespace

DataSplits read_table(const fs::path& root, const ReaderContext& context) {
  require_opencv(root);
  if (!fs::is_directory(root))
    throw UsageError(fmt::format("--data {}: --labels needs a folder of pictures", root.string()));
  const fs::path file = table_path(context.request.table.file, root);
  DataSplits data = decode_listing(list_table(read_label_table(file, context.request.table), root, context), context);
  data.kind = "table";
  data.table = file.string();
  return data;
}

}  // namespace gs
