// label_table.h - labels of pictures in a CSV file: HAM10000, ISIC and most of Kaggle have one.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/dataset.h"

namespace gs {

struct LabelRow {
  std::size_t line = 0;
  std::string image, label;  ///< as the table has them; a label may be empty
  std::string group, split;  ///< empty without such a column
};

struct LabelTable {
  std::string name;  ///< "--labels FILE", for messages
  std::vector<LabelRow> rows;
  std::string hint;  ///< a column that would matter and is not used, for a warning; empty if there is none
};

/// Reads the columns that the request names. An image column that is not named is the only one called image, image_id,
/// image_name, filename, file or path, a label column the only one called label, dx, class, diagnosis or target, in any
/// case. Of several label columns exactly one is 1 in each row, or none. Throws UsageError, also if the choice is not
/// clear; it lists the columns.
LabelTable read_label_table(const std::filesystem::path& file, const TableRequest&);

}  // namespace gs
