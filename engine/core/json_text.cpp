// json_text.cpp - the library's parser, with faults in the terms of the file.
#include "engine/core/json_text.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/printable.h"

namespace gs {
namespace {

template <class Json>
Json parsed(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys(deepest_json + 1);  // of the open object at each depth
  const auto check = [&](int depth, typename Json::parse_event_t event, Json& value) {
    using Event = typename Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth == deepest_json) throw Error(fmt::format("{} is nested deeper than {} levels", file, deepest_json));
      keys[std::size_t(depth) + 1].clear();
    }
    // Programs differ in which of the two they use.
    if (event == Event::key && !keys[std::size_t(depth)].insert(value.template get<std::string>()).second)
      throw Error(fmt::format("{} has the key {} twice", file, value.dump()));
    return true;
  };
  const auto fault = [&](std::size_t at) {
    const auto line = 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(std::min(at, text.size())), '\n');
    return Error(fmt::format("{} is not valid JSON (line {})", file, line));
  };
  // The library takes a zero for the end, whatever follows.
  if (const auto zero = text.find('\0'); zero != text.npos) throw fault(zero);
  try {
    return Json::parse(text, check, true, true);
  } catch (const typename Json::parse_error& error) {
    throw fault(error.byte);
  } catch (const typename Json::exception&) {
    throw Error(fmt::format("{} is not valid JSON: a number is too large", file));
  }
}

template <class Json>
Json read(const std::filesystem::path& path) {
  return parsed<Json>(read_text(path, largest_json), path.string());
}

template <class Json>
std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& file) {
  return parsed<nlohmann::json>(text, file);
}

nlohmann::ordered_json parse_ordered_json(std::string_view text, const std::string& file) {
  return parsed<nlohmann::ordered_json>(text, file);
}

nlohmann::json read_json(const std::filesystem::path& path) {
  return read<nlohmann::json>(path);
}

nlohmann::ordered_json read_ordered_json(const std::filesystem::path& path) {
  return read<nlohmann::ordered_json>(path);
}

std::string json_text(const nlohmann::json& json, int indent) {
  return text_of(json, indent);
}

std::string json_text(const nlohmann::ordered_json& json, int indent) {
  return text_of(json, indent);
}

std::string json_text(const std::string& text) {
  return text_of(nlohmann::ordered_json(text), -1);
}

bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::ordered_json(text).dump();
    return true;
  } catch (const nlohmann::ordered_json::exception&) {
    return false;
  }
}

std::string as_utf8(const std::string& text) {
  return is_utf8(text) ? text : printable(text);
}

}  // namespace gs
