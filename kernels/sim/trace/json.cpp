// json.cpp - writes a trace for its page: integers where possible, so that ten thousand steps fit into 5 MB.
#include "kernels/sim/trace/json.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <system_error>
#include <vector>

#include "kernels/sim/json.h"
#include "kernels/sim/source.h"
#include "kernels/sim/trace/notes.h"

namespace gs::simulator::trace {
namespace {

constexpr std::uintmax_t largest_source = 300000;  // bytes; of a longer file no text is shown

Json row_of(dim3 extent) {
  return json_row(std::initializer_list<unsigned>{extent.x, extent.y, extent.z});
}

template <class Values, class Element>
Json array_of(const Values& values, Element element) {
  std::vector<Json> elements;
  for (const auto& value : values) elements.push_back(element(value));
  return json_array(elements);
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

Json file_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  const bool shown = !error && bytes <= largest_source;
  return json_object({{"name", json_string(path.substr(path.rfind('/') + 1))},
                      {"text", json_string(shown ? text_of_file(path).value_or("") : "")}});
}

Json object_of(const Array& array) {
  return json_object({{"name", json_string(array.name)},
                      {"shared", json_bool(array.shared)},
                      {"single", json_bool(array.single)},
                      {"base", json_number(std::int64_t(array.base))},
                      {"bytes", json_number(std::int64_t(array.bytes))},
                      {"element", json_number(std::int64_t(array.element_bytes))},
                      {"unit", json_number(std::int64_t(unit_bytes(array)))},
                      {"extents", json_row(array.extents)}});
}

/// Runs of equal values: [value, how many, ...].
Json runs(const std::vector<std::int32_t>& values) {
  std::vector<std::int64_t> result;
  for (const std::int32_t value : values)
    if (!result.empty() && result[result.size() - 2] == value)
      ++result.back();
    else
      result.insert(result.end(), {value, 1});
  return json_row(result);
}

Json object_of(const Part& part) {
  return json_object({{"launch", json_number(std::int64_t(part.launch))},
                      {"block", json_number(std::int64_t(part.block))},
                      {"kernel", json_string(part.kernel)},
                      {"grid", row_of(part.grid)},
                      {"extent", row_of(part.extent)},
                      {"first", json_number(std::int64_t(part.first))},
                      {"arrays", json_row(part.arrays)},
                      {"before", array_of(part.before, [](const Part::Writers& writers) {
                         return json_array({json_number(std::int64_t(writers.array)), runs(writers.threads)});
                       })}});
}

Json row_of(const Step& step, Names& operations) {
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
  return json_row(values);
}

Json object_of(const InvolvedAccess& access, std::uint64_t step) {
  return json_object({{"step", json_number(std::int64_t(step))},
                      {"launch", json_number(std::int64_t(access.launch))},
                      {"block", json_number(std::int64_t(access.block))},
                      {"thread", json_number(access.thread)},
                      {"stores", json_bool(access.stores)},
                      {"array", json_string(access.array)},
                      {"element", json_string(access.element)},
                      {"offset", json_number(access.offset)},
                      {"bytes", json_number(access.bytes)}});
}

Json object_of(const Message& message, Names& files) {
  const Explanation& it = message.explanation;
  std::vector<Json> accesses;
  bool ends = it.accesses.empty();  // a rule of CUDA is broken: the runtime ends the kernel
  for (std::size_t i = 0; i < it.accesses.size(); ++i) {
    accesses.push_back(object_of(it.accesses[i], message.steps[i]));
    ends |= it.accesses[i].ends_kernel;
  }
  return json_object({{"severity", json_string(message.severity)},
                      {"code", json_string(it.code)},
                      {"file", json_number(std::int64_t(files(it.file)))},
                      {"line", json_number(it.line)},
                      {"what", json_string(it.what)},
                      {"facts", array_of(it.facts, json_string)},
                      {"advice", json_string(it.advice)},
                      {"ends", json_bool(ends)},
                      {"accesses", json_array(accesses)}});
}

}  // namespace

std::string json_of(const Trace& trace) {
  Names files, operations;
  const Json places = array_of(trace.places, [&](const std::string& place) {
    const auto colon = place.rfind(':');
    const bool known = colon != place.npos;  // else an address that addr2line does not know
    return json_row(std::initializer_list<std::size_t>{
        files(place.substr(0, colon)), known ? std::strtoul(place.c_str() + colon + 1, nullptr, 10) : 0});
  });
  const Json messages = array_of(trace.messages, [&](const Message& message) { return object_of(message, files); });
  const Json steps = array_of(trace.steps, [&](const Step& step) { return row_of(step, operations); });
  return json_object({{"schema", json_string("gridstride.trace/1")},
                      {"from", json_number(std::int64_t(trace.from))},
                      {"made", json_number(std::int64_t(trace.made))},
                      {"blocks", json_row(trace.blocks)},
                      {"notes", array_of(notes_about(trace), json_string)},
                      {"files", array_of(files.all(), file_of)},
                      {"places", places},
                      {"operations", array_of(operations.all(), json_string)},
                      {"arrays", array_of(trace.arrays, [](const Array& array) { return object_of(array); })},
                      {"parts", array_of(trace.parts, [](const Part& part) { return object_of(part); })},
                      {"messages", messages},
                      {"steps", steps}})
      .text;
}

}  // namespace gs::simulator::trace
