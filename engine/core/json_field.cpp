// json_field.cpp - typed reads of JSON, with errors in the terms of the file.
#include "engine/core/json_field.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/json_text.h"

namespace gs {
namespace {

using Type = nlohmann::json::value_t;

/// Text for an error message: a short value itself, else its type.
std::string shown(const nlohmann::json& json) {
  switch (json.type()) {
    case Type::object:
      return "an object";
    case Type::array:
      return "a list";
    case Type::string:
      return json.get_ref<const std::string&>().size() > 40 ? "text" : fmt::format("'{}'", json.get<std::string>());
    default:
      return json_text(json);
  }
}

}  // namespace

void JsonField::refuse(const std::string& wanted) const {
  if (place_.empty()) throw Error(fmt::format("{} must be {}, not {}", file_, wanted, shown(*json_)));
  throw Error(fmt::format("{}: '{}' must be {}, not {}", file_, place_, wanted, shown(*json_)));
}

std::optional<JsonField> JsonField::find(const std::string& key) const {
  if (!json_->is_object()) refuse("an object");
  const auto at = json_->find(key);
  if (at == json_->end()) return std::nullopt;
  JsonField field(*at, file_);
  field.place_ = place_.empty() ? key : place_ + "." + key;
  return field;
}

JsonField JsonField::operator[](const std::string& key) const {
  if (auto field = find(key)) return *field;
  throw Error(fmt::format("{}: '{}{}{}' is missing", file_, place_, place_.empty() ? "" : ".", key));
}

std::vector<JsonField> JsonField::entries() const {
  if (!json_->is_array()) refuse("a list");
  std::vector<JsonField> fields;
  for (const nlohmann::json& entry : *json_) {
    JsonField field(entry, file_);
    field.place_ = fmt::format("{}[{}]", place_, fields.size());
    fields.push_back(std::move(field));
  }
  return fields;
}

std::vector<std::string> JsonField::keys() const {
  if (!json_->is_object()) refuse("an object");
  std::vector<std::string> keys;
  for (const auto& [key, value] : json_->items()) keys.push_back(key);
  return keys;
}

void JsonField::read(std::string& text) const {
  if (!json_->is_string()) refuse("text");
  text = json_->get<std::string>();
}

void JsonField::read(double& number) const {
  if (!json_->is_number() && !json_->is_null()) refuse("a number");
  number = json_->is_null() ? std::numeric_limits<double>::quiet_NaN() : json_->get<double>();
}

void JsonField::read(float& number) const {
  constexpr float most = std::numeric_limits<float>::max();
  const double wide = get<double>();
  if (std::abs(wide) > most) refuse(fmt::format("a number from {} to {}", -most, most));
  number = float(wide);
}

void JsonField::read(int& number) const {
  number = int(whole_number(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

void JsonField::read(std::int64_t& number) const {
  number = whole_number(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

void JsonField::read(bool& truth) const {
  if (!json_->is_boolean()) refuse("true or false");
  truth = json_->get<bool>();
}

std::int64_t JsonField::whole_number(std::int64_t least, std::int64_t most) const {
  if (!json_->is_number_integer()) refuse("a whole number");
  const bool too_large = json_->is_number_unsigned() && json_->get<std::uint64_t>() > std::uint64_t(most);
  if (too_large || json_->get<std::int64_t>() < least || json_->get<std::int64_t>() > most)
    refuse(fmt::format("a whole number from {} to {}", least, most));
  return json_->get<std::int64_t>();
}

}  // namespace gs
