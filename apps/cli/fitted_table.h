// fitted_table.h - a table for the terminal that leaves out its less important columns until it fits.
#pragma once
#include <string>
#include <vector>

namespace gs::apps {

struct TableColumn {
  std::string title;
  int rank = 0;        ///< columns of the highest rank are dropped first; 0: never
  bool left = false;   ///< words stand to the left, numbers to the right
  int widest = 1000;   ///< longer cells are cut
  bool quiet = false;  ///< left out if all its cells are empty
};

/// A row is a cell a column, or empty for a rule.
using TableRow = std::vector<std::string>;

/// The table, a line a row, the titles first; two spaces between columns and no space at a line's end. `left_out` gets
/// the titles of the dropped columns. If the columns of rank 0 alone are wider than `width`, so is the table.
std::string fitted_table(const std::vector<TableColumn>&, const std::vector<TableRow>&, int width,
                         std::vector<std::string>* left_out = nullptr);

/// Like fitted_table(), followed by the titles of the dropped columns in brackets.
std::string fitted_table_with_note(const std::vector<TableColumn>&, const std::vector<TableRow>&, int width);

}  // namespace gs::apps
