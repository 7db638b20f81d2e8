// json_field.h - a JSON file read field by field: a field that is missing or of another type is named, with its file.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace gs {

/// A value of a JSON file and its place there. Every read that fails throws gs::Error with the file and the place:
/// "runs/a/run.json: 'recipe.batch' must be a whole number, not text".
class JsonField {
 public:
  /// The whole of `file`; `json` must live as long as the field and all that are taken from it.
  JsonField(const nlohmann::json& json, std::string file) : json_(&json), file_(std::move(file)) {}

  /// A field of an object.
  JsonField operator[](const std::string& key) const;
  /// The same; nullopt if there is none.
  std::optional<JsonField> find(const std::string& key) const;

  /// The value as text, a number (null is NaN, which JSON cannot write), a whole number in the range of its type, a
  /// list of these, or an object whose fields are all of one type.
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

  /// The entries of a list.
  std::vector<JsonField> entries() const;

  /// Throws: this field must be `wanted`, and is not.
  [[noreturn]] void refuse(const std::string& wanted) const;

 private:
  void read(std::string&) const;
  void read(double&) const;
  void read(float&) const;
  void read(int&) const;
  void read(std::int64_t&) const;
  template <class T>
  void read(std::vector<T>& values) const {
    for (const JsonField& entry : entries()) values.push_back(entry.get<T>());
  }
  template <class T>
  void read(std::map<std::string, T>& values) const {
    for (const std::string& key : keys()) values[key] = get<T>(key);
  }

  std::vector<std::string> keys() const;
  std::int64_t whole_number(std::int64_t least, std::int64_t most) const;

  const nlohmann::json* json_;
  std::string file_, place_;
};

/// The JSON in `text`, which is that of `file`. Throws gs::Error if it is not JSON.
nlohmann::json parse_json(const std::string& text, const std::string& file);

}  // namespace gs
