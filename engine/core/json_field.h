// json_field.h - typed reads of a JSON file; errors name the file and the field.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs {

/// A value in a JSON file and its path there. A failed read throws gs::Error with the file and the path:
/// "runs/a/run.json: 'recipe.batch' must be a whole number, not text".
class JsonField {
 public:
  /// The root value of `file`. `json` must outlive this field and all fields taken from it.
  JsonField(const nlohmann::json& json, std::string file) : json_(&json), file_(std::move(file)) {}

  /// A member of an object. Throws if it is missing.
  JsonField operator[](const std::string& key) const;
  /// A member of an object; nullopt if it is missing.
  std::optional<JsonField> find(const std::string& key) const;

  /// The value as text, a number (null is read as NaN, which JSON cannot write), a whole number in the range of T, true
  /// or false, a list of these, or a map if all members have one type.
  template <class T>
  T get() const {
    T value{};
    read(value);
    return value;
  }
  template <class T>
  T get(const std::string& key) const {
    return (*this)[key].get<T>();
  }
  template <class T>
  T get_or(const std::string& key, T otherwise) const {
    const auto field = find(key);
    return field ? field->get<T>() : otherwise;
  }

  /// A whole number from `least` to `most`.
  std::int64_t whole_number(std::int64_t least, std::int64_t most) const;

  /// The entries of a list.
  std::vector<JsonField> entries() const;
  /// The keys of an object.
  std::vector<std::string> keys() const;

  const nlohmann::json& json() const { return *json_; }

  /// Throws gs::Error: this field must be `wanted`, not its value.
  [[noreturn]] void refuse(const std::string& wanted) const;

 private:
  void read(std::string&) const;
  void read(double&) const;
  void read(float&) const;
  void read(int&) const;
  void read(std::int64_t&) const;
  void read(bool&) const;
  template <class T>
  void read(std::vector<T>& values) const {
    for (const JsonField& entry : entries()) values.push_back(entry.get<T>());
  }
  template <class T>
  void read(std::map<std::string, T>& values) const {
    for (const std::string& key : keys()) values[key] = get<T>(key);
  }

  const nlohmann::json* json_;
  std::string file_, place_;
};

}  // namespace gs
