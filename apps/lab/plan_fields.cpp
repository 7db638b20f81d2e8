// plan_fields.cpp - a table of the fields that each check needs, and the range of each field.
#include "apps/lab/plan_fields.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/lab/finished.h"

namespace gs::apps {
namespace {

using Names = std::vector<std::string>;

const std::map<std::string, Names>& fields_of_checks() {
  static const std::map<std::string, Names> fields = {{"higher", {"run", "than"}},
                                                      {"lower", {"run", "than"}},
                                                      {"still_falling", {"run"}},
                                                      {"reaches", {"run", "than", "before"}},
                                                      {"reaches_level", {"run", "level"}},
                                                      {"about", {"run", "level"}},
                                                      {"alike", {"runs", "within"}},
                                                      {"differs", {"run", "than"}},
                                                      {"fluctuates_more", {"run", "than"}},
                                                      {"overfits", {"run"}},
                                                      {"best_later", {"run", "than"}},
                                                      {"gap_grows", {"run", "from"}},
                                                      {"gap_negative", {"run"}},
                                                      {"settles_sooner", {"run", "than"}}};
  return fields;
}

/// Every run that the field names is one of the task's.
void check_indices(const JsonField& field, std::size_t runs) {
  const std::int64_t last = std::int64_t(runs) - 1;
  for (const char* name : {"run", "than", "gap", "best"})
    if (const auto index = field.find(name)) index->whole_number(0, last);
  if (const auto list = field.find("runs"))
    for (const JsonField& index : list->entries()) index.whole_number(0, last);
}

}  // namespace

void check_check(const JsonField& check, std::size_t runs) {
  const auto needed = fields_of_checks().find(check.get<std::string>("check"));
  if (needed == fields_of_checks().end()) {
    Names names;
    for (const auto& [name, fields] : fields_of_checks()) names.push_back(name);
    check["check"].refuse(fmt::format("one of {}", fmt::join(names, ", ")));
  }
  for (const std::string& name : needed->second) check[name];
  check_indices(check, runs);
  for (const char* name : {"before", "from"})
    if (const auto epoch = check.find(name)) epoch->whole_number(1, std::numeric_limits<int>::max());
  for (const char* name : {"level", "within", "by"})
    if (const auto number = check.find(name))
      if (!std::isfinite(number->get<double>())) number->refuse("a number");
  if (const auto column = check.find("of"))
    if (!column_of(column->get<std::string>())) column->refuse("loss, accuracy, val_loss, val_accuracy or seconds");
  if (const auto at = check.find("at"))
    if (const auto where = at->get<std::string>(); where != "end" && where != "best") at->refuse("end or best");
}

void check_statement(const JsonField& statement, std::size_t runs) {
  check_indices(statement, runs);
  if (!statement.find("gap") && !statement.find("best") && !statement.find("quote"))
    statement.refuse("an object with gap, best or quote");
  if (const auto quote = statement.find("quote")) quote->get<std::string>();
}

void check_show(const JsonField& show, std::size_t runs) {
  static const Names kinds = {"confusion",    "roc",        "mistakes",     "filters",
                              "feature_maps", "parameters", "output_layer", "seconds"};
  if (std::find(kinds.begin(), kinds.end(), show.get<std::string>("kind")) == kinds.end())
    show["kind"].refuse(fmt::format("one of {}", fmt::join(kinds, ", ")));
  check_indices(show, runs);
  if (!show.find("run") && show["runs"].entries().empty()) show["runs"].refuse("a list of one or more runs");
}

}  // namespace gs::apps
