// table_fuzz.cpp - a table of labels. The first byte says which columns are asked for. Then the pictures that its rows
// name are looked up, and split by their groups.
#include <map>

#include "engine/data/label_table.h"
#include "engine/data/picture_index.h"
#include "engine/data/split_by_name.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  TableRequest request;
  if (data[0] & 1) request.image_column = "path";
  if (data[0] & 2) request.group_column = "lesion_id";
  if (data[0] & 4) request.split_column = "split";
  if (data[0] & 8) request.label_columns = {"MEL", "NV"};
  const auto path = fuzz::file("t.csv", fuzz::text_of(data + 1, size - 1));
  LabelTable table;
  if (!fuzz::taken([&] { table = read_label_table(path, request); })) return 0;
  fuzz::demand(!table.rows.empty(), "a table without rows");
  std::vector<std::string> names, groups;
  std::vector<std::int32_t> labels;
  std::size_t line = 1;
  for (const LabelRow& row : table.rows) {
    fuzz::demand(row.line > line, "rows in another order than their lines");
    line = row.line;
    fuzz::demand(!row.image.empty(), "a row without a picture");
    names.push_back("part_1/" + row.image + ".jpg");
    groups.push_back(row.group);
    labels.push_back(row.label.empty() ? 0 : 1);
  }
  const PictureIndex index(names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<std::size_t> found = index.find(names[i]);
    fuzz::demand(std::ranges::find(found, i) != found.end(), "a picture is not found by its own name");
  }
  std::map<std::string, bool> side;
  const std::vector<bool> validates = validating_by_name(groups, labels, 0.3);
  for (std::size_t i = 0; i < groups.size(); ++i)
    fuzz::demand(side.try_emplace(groups[i], validates[i]).first->second == validates[i], "a group in both splits");
  return 0;
}
