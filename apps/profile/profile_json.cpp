// profile_json.cpp - writes and reads the record by its list of fields, and adds the analysis.
#include "apps/profile/profile_json.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/profile/profile_fields.h"
#include "engine/core/error.h"
#include "engine/core/input_file.h"
#include "engine/core/json_text.h"
#include "engine/profile/advice.h"
#include "engine/profile/analysis.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;
constexpr int format_version = 1;
constexpr const char* format_key = "gridstride_profile";

// ---- enumerations by their names, in the order of their values ----

template <class T>
constexpr const char* names[] = {"no name"};
template <>
constexpr const char* names<TimeSource>[] = {"clock", "cupti", "events", "counts", "instructions"};
template <>
constexpr const char* names<TensorCores>[] = {"no", "declared", "by_plan", "by_kernel_name"};
template <>
constexpr const char* names<Pass>[] = {"gather", "forward", "loss", "backward", "update"};

template <class T>
constexpr bool is_plain =
    std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, std::array<unsigned, 3>> ||
    std::is_same_v<T, std::vector<double>> || std::is_same_v<T, std::vector<std::string>>;

struct Writer {
  Json& json;

  template <class T>
  void operator()(const char* key, T& value) {
    if constexpr (is_plain<T>)
      json[key] = value;
    else if constexpr (std::is_enum_v<T>)
      json[key] = names<T>[std::size_t(value)];
    else
      json[key] = written(value);
  }
  template <class T>
  void operator()(const char* key, std::vector<T>& values) requires(!is_plain<std::vector<T>>) {
    json[key] = Json::array();
    for (T& value : values) json[key].push_back(written(value));
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (value) (*this)(key, *value);
  }
  template <class T>
  static Json written(T& record) {
    Json json = Json::object();
    Writer writer{json};
    ProfileFields::visit(writer, record);
    return json;
  }
};

/// Numbers of steps, bytes, sectors: sums and differences of a few thousand of them fit 64 bits.
constexpr std::int64_t largest_count = 1'000'000'000'000'000;

/// The range of the whole numbers of a field.
template <class T>
constexpr std::pair<std::int64_t, std::int64_t> range_of() {
  using Limits = std::numeric_limits<T>;
  const std::int64_t least = std::is_signed_v<T> ? -largest_count : 0;
  if constexpr (sizeof(T) < sizeof(std::int64_t))
    return {std::max(least, std::int64_t(Limits::min())), std::int64_t(Limits::max())};
  return {least, largest_count};
}

/// The type of a plain field, for a message.
template <class T>
std::string kind() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_integral_v<T>)
    return fmt::format("a whole number from {} to {}", range_of<T>().first, range_of<T>().second);
  if constexpr (std::is_arithmetic_v<T>) return "a number";
  if constexpr (std::is_same_v<T, std::string>) return "a text";
  if constexpr (std::is_same_v<T, std::array<unsigned, 3>>) return "three whole numbers";
  return std::is_same_v<T, std::vector<double>> ? "a list of numbers" : "a list of texts";
}

/// Reads a plain value; false if `from` is of another type or out of its range. The library would convert it.
template <class T>
bool read_plain(const Json& from, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!from.is_boolean()) return false;
  } else if constexpr (std::is_integral_v<T>) {
    const auto [least, most] = range_of<T>();
    if (!from.is_number_integer()) return false;
    const bool wraps = from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t(most);
    if (wraps || from.get<std::int64_t>() < least || from.get<std::int64_t>() > most) return false;
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (!from.is_number()) return false;
  } else {
    if (!from.is_string()) return false;
  }
  from.get_to(value);
  return true;
}
template <class T>
bool read_plain(const Json& from, std::vector<T>& values) {
  values.clear();
  return from.is_array() &&
         std::ranges::all_of(from, [&](const Json& one) { return read_plain(one, values.emplace_back()); });
}
bool read_plain(const Json& from, std::array<unsigned, 3>& values) {
  if (!from.is_array() || from.size() != values.size()) return false;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!read_plain(from[i], values[i])) return false;
  return true;
}

struct Reader {
  const Json& json;
  std::string path;  ///< of `json` in the file, with a full stop at its end: "ops[0].us."

  template <class T>
  void operator()(const char* key, T& value) {
    const Json& from = member(key);
    if constexpr (is_plain<T>) {
      if (!read_plain(from, value)) wrong(path + key, kind<T>());
    } else if constexpr (std::is_enum_v<T>) {
      std::size_t at = 0;
      while (at < std::size(names<T>) && from != names<T>[at]) ++at;
      if (at == std::size(names<T>)) wrong(path + key, fmt::format("one of {}", fmt::join(names<T>, ", ")));
      value = T(at);
    } else {
      read(path + key, from, value);
    }
  }
  template <class T>
  void operator()(const char* key, std::vector<T>& values) requires(!is_plain<std::vector<T>>) {
    const Json& from = member(key);
    if (!from.is_array()) wrong(path + key, "a list");
    values.clear();
    for (std::size_t i = 0; i < from.size(); ++i)
      read(fmt::format("{}{}[{}]", path, key, i), from[i], values.emplace_back());
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (json.contains(key)) (*this)(key, value.emplace());
  }
  template <class T>
  static void read(const std::string& name, const Json& from, T& record) {
    if (!from.is_object()) wrong(name, "an object");
    Reader reader{from, name + "."};
    ProfileFields::visit(reader, record);
  }
  const Json& member(const char* key) const {
    auto at = json.find(key);
    if (at == json.end() && std::string_view(key) == "peaks") at = json.find("roof");  // in older profiles
    if (at == json.end()) throw Error(fmt::format("it lacks '{}{}'", path, key));
    return *at;
  }
  [[noreturn]] static void wrong(const std::string& name, const std::string& what) {
    throw Error(fmt::format("{} must be {}", name, what));
  }
};

Json written(const OpAnalysis& a) {
  return {{"share", a.share},
          {"flops_per_s", a.flops_per_s},
          {"bytes_per_s", a.bytes_per_s},
          {"intensity", a.intensity},
          {"peak_us", a.peak_us},
          {"peak_share", a.peak_share},
          {"imbalance_us", a.imbalance_us},
          {"threads_busy", a.threads_busy},
          {"bound", to_string(a.bound)}};
}

}  // namespace

Json profile_to_json(const Profile& profile) {
  Json json{{format_key, format_version}, {"advice", Json::array()}};
  for (const Advice& a : advice(profile))
    json["advice"].push_back({{"what", a.what}, {"saving_us", a.saving_us}, {"share", a.share}, {"text", a.text}});
  Profile copy = profile;  // the list of fields takes references, for reading
  Writer writer{json};
  ProfileFields::visit(writer, copy);
  for (std::size_t i = 0; i < profile.ops.size(); ++i) {
    const OpProfile& op = profile.ops[i];
    json["ops"][i]["analysis"] = written(analyse(profile, op));
    if (!op.bound_on_h200) continue;
    Json& bound = json["ops"][i]["bound_on_h200"];
    bound["us"] = op.bound_on_h200->us();
    bound["bound"] = to_string(op.bound_on_h200->bound());
  }
  if (const std::string doubt = doubt_about_peaks(profile); !doubt.empty()) json["peaks"]["doubt"] = doubt;
  json["sums"]["remainder_us"] = profile.sums.remainder_us();
  return json;
}

Profile profile_from_json(const Json& json) {
  if (!json.is_object() || !json.contains(format_key)) throw Error("it is not a profile of gridstride");
  if (json[format_key] != format_version)
    throw Error(
        fmt::format("it has format {}, and this program reads format {}", json_text(json[format_key]), format_version));
  Profile p;
  Reader reader{json, ""};
  ProfileFields::visit(reader, p);
  for (const TimelineStep& step : p.timeline)
    for (const TimelineEvent& e : step.events)
      if (e.op < 0 || std::size_t(e.op) >= p.ops.size())
        throw Error(fmt::format("'timeline' names op {}, and there are {}", e.op, p.ops.size()));
  return p;
}

Profile read_profile(const std::filesystem::path& path) {
  if (const std::string why = why_no_file(path); !why.empty())
    throw UsageError(fmt::format("{}: {}; 'gridstride profile' writes profile.json", path.string(), why));
  Json json;
  try {
    json = read_ordered_json(path);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  try {
    return profile_from_json(json);
  } catch (const Error& error) {
    throw UsageError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace gs::apps
