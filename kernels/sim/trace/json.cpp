// json.cpp - writes a trace for its page: integers where possible, so that ten thousand steps fit into 5 MB.
#include "kernels/sim/trace/json.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string_view>
#include <system_error>
#include <vector>

#include "kernels/sim/trace/notes.h"

namespace gs::simulator::trace {
namespace {

constexpr std::uintmax_t largest_source = 300000;  // bytes; of a longer file no text is shown

/// Bytes of the UTF-8 character at the start of `text`; 0: none begins there.
std::size_t character_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = first < 0x80                    ? 1
                            : first >= 0xc2 && first < 0xe0 ? 2
                            : first >= 0xe0 && first < 0xf0 ? 3
                            : first >= 0xf0 && first < 0xf5 ? 4
                                                            : 0;
  if (bytes == 0 || bytes > text.size()) return 0;
  for (std::size_t i = 1; i < bytes; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  return bytes;
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text[0]);
    std::size_t bytes = character_at(text);
    if (bytes == 0) {
      result += "\\ufffd";
      bytes = 1;
    } else if (c < 0x20 || c == '<' || c == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      result += code;
    } else {
      if (c == '"' || c == '\\') result += '\\';
      result += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return result + "\"";
}

void append(std::string& text, std::int64_t value) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class Values>
std::string row(const Values& values) {
  std::string text = "[";
  for (const auto& value : values) {
    if (text.size() > 1) text += ',';
    append(text, std::int64_t(value));
  }
  return text + "]";
}

std::string row(dim3 extent) {
  return row(std::initializer_list<unsigned>{extent.x, extent.y, extent.z});
}

template <class Values, class Text>
std::string rows(const Values& values, Text text_of) {
  std::string text = "[";
  for (const auto& value : values) text += (text.size() > 1 ? "," : "") + text_of(value);
  return text + "]";
}

/// Every name once, by its index.
class Names {
 public:
  std::size_t operator()(const std::string& name) {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at != names_.end()) return std::size_t(at - names_.begin());
    names_.push_back(name);
    return names_.size() - 1;
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::vector<std::string> names_;
};

std::string file_text(const std::string& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || bytes > largest_source) return "";
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string text_of(const Array& array) {
  return "{\"name\":" + json_string(array.name) + ",\"shared\":" + (array.shared ? "true" : "false") +
         ",\"single\":" + (array.single ? "true" : "false") + ",\"base\":" + std::to_string(array.base) +
         ",\"bytes\":" + std::to_string(array.bytes) + ",\"element\":" + std::to_string(array.element_bytes) +
         ",\"unit\":" + std::to_string(unit_bytes(array)) + ",\"extents\":" + row(array.extents) + "}";
}

/// Runs of equal values: [value, how many, ...].
std::string runs(const std::vector<std::int32_t>& values) {
  std::vector<std::int64_t> result;
  for (const std::int32_t value : values)
    if (!result.empty() && result[result.size() - 2] == value)
      ++result.back();
    else
      result.insert(result.end(), {value, 1});
  return row(result);
}

std::string text_of(const Part& part) {
  return "{\"launch\":" + std::to_string(part.launch) + ",\"block\":" + std::to_string(part.block) +
         ",\"kernel\":" + json_string(part.kernel) + ",\"grid\":" + row(part.grid) + ",\"extent\":" + row(part.extent) +
         ",\"first\":" + std::to_string(part.first) + ",\"arrays\":" + row(part.arrays) + ",\"before\":" +
         rows(part.before,
              [](const Part::Writers& w) { return "[" + std::to_string(w.array) + "," + runs(w.threads) + "]"; }) +
         "}";
}

std::string text_of(const Step& step, Names& operations) {
  std::vector<std::int64_t> values = {std::int64_t(step.kind), step.warp, step.place};
  if (step.is_request()) {
    values.insert(values.end(), {step.shared, step.bytes, step.lanes, step.accessing, step.living,
                                 step.shared ? step.bank_conflicts : step.sectors, step.wasted_sectors,
                                 std::int64_t(step.addresses[0])});
    std::vector<std::int64_t> distances;
    for (std::size_t i = 1; i < step.addresses.size(); ++i)
      distances.push_back(std::int64_t(step.addresses[i]) - std::int64_t(step.addresses[i - 1]));
    if (distances.size() > 1 && std::equal(distances.begin() + 1, distances.end(), distances.begin()))
      distances.resize(1);
    values.insert(values.end(), distances.begin(), distances.end());
  } else if (step.kind == Step::Kind::operation) {
    values.insert(values.end(), {std::int64_t(operations(step.operation)), step.lanes});
    values.insert(values.end(), step.sources.begin(), step.sources.end());
  }
  return row(values);
}

std::string text_of(const InvolvedAccess& access, std::uint64_t step) {
  return "{\"step\":" + std::to_string(step) + ",\"launch\":" + std::to_string(access.launch) +
         ",\"block\":" + std::to_string(access.block) + ",\"thread\":" + std::to_string(access.thread) +
         ",\"stores\":" + (access.stores ? "true" : "false") + ",\"array\":" + json_string(access.array) +
         ",\"element\":" + json_string(access.element) + ",\"offset\":" + std::to_string(access.offset) +
         ",\"bytes\":" + std::to_string(access.bytes) + "}";
}

std::string text_of(const Message& message, Names& files) {
  const Explanation& it = message.explanation;
  std::string accesses;
  bool ends = it.accesses.empty();  // a rule of CUDA is broken: the runtime ends the kernel
  for (std::size_t i = 0; i < it.accesses.size(); ++i)
    accesses += (i > 0 ? "," : "") + text_of(it.accesses[i], message.steps[i]), ends |= it.accesses[i].ends_kernel;
  return "{\"severity\":" + json_string(message.severity) + ",\"code\":" + json_string(it.code) +
         ",\"file\":" + std::to_string(files(it.file)) + ",\"line\":" + std::to_string(it.line) +
         ",\"what\":" + json_string(it.what) + ",\"facts\":" + rows(it.facts, json_string) +
         ",\"advice\":" + json_string(it.advice) + ",\"ends\":" + (ends ? "true" : "false") + ",\"accesses\":[" +
         accesses + "]}";
}

}  // namespace

std::string json_of(const Trace& trace) {
  Names files, operations;
  const std::string places = rows(trace.places, [&](const std::string& place) {
    const auto colon = place.rfind(':');
    const bool known = colon != place.npos;  // else an address that addr2line does not know
    return row(std::initializer_list<std::size_t>{files(place.substr(0, colon)),
                                                  known ? std::strtoul(place.c_str() + colon + 1, nullptr, 10) : 0});
  });
  const std::string messages = rows(trace.messages, [&](const Message& message) { return text_of(message, files); });
  const std::string steps = rows(trace.steps, [&](const Step& step) { return text_of(step, operations); });
  return "{\"schema\":\"gridstride.trace/1\",\"from\":" + std::to_string(trace.from) +
         ",\"made\":" + std::to_string(trace.made) + ",\"blocks\":" + row(trace.blocks) +
         ",\"notes\":" + rows(notes_about(trace), json_string) + ",\"files\":" +
         rows(files.all(),
              [](const std::string& path) {
                return "{\"name\":" + json_string(path.substr(path.rfind('/') + 1)) +
                       ",\"text\":" + json_string(file_text(path)) + "}";
              }) +
         ",\"places\":" + places + ",\"operations\":" + rows(operations.all(), json_string) +
         ",\"arrays\":" + rows(trace.arrays, [](const Array& array) { return text_of(array); }) +
         ",\"parts\":" + rows(trace.parts, [](const Part& part) { return text_of(part); }) +
         ",\"messages\":" + messages + ",\"steps\":" + steps + "}";
}

}  // namespace gs::simulator::trace
