// text.cpp - "    3     0    10  load   tile[63] to tile[32]: 32 lanes, 1 turn of the banks".
#include "kernels/sim/trace/text.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <set>

#include "kernels/common/grouped.h"
#include "kernels/sim/counts.h"
#include "kernels/sim/trace/arrays.h"
#include "kernels/sim/words.h"

namespace gs::simulator::trace {
namespace {

std::string right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string element_at(const Trace& trace, std::uint64_t address) {
  const Array& array = trace.arrays[array_at(address)];
  if (array.single) return array.name;
  const auto offset = std::int64_t(address) - std::int64_t(array.base), size = std::int64_t(array.element_bytes);
  std::int64_t index = offset >= 0 ? offset / size : (offset - size + 1) / size;
  if (array.extents.empty() || index < 0 || index * size >= std::int64_t(array.bytes))
    return array.name + "[" + std::to_string(index) + "]";
  std::string indices;
  for (std::size_t i = array.extents.size(); i-- > 0; index /= std::int64_t(array.extents[i]))
    indices = "[" + std::to_string(index % std::int64_t(array.extents[i])) + "]" + indices;
  return array.name + indices;
}

/// "a[0] to a[31]", "a[0], a[32], ... a[992]"
std::string elements_of(const Trace& trace, const Step& step) {
  const std::vector<std::uint64_t>& at = step.addresses;
  const auto element = [&](std::size_t i) { return element_at(trace, at[i]); };
  if (std::all_of(at.begin(), at.end(), [&](std::uint64_t address) { return address == at[0]; })) return element(0);
  const std::uint64_t distance = at[1] - at[0];
  bool regular = true;
  for (std::size_t i = 1; i < at.size(); ++i) regular = regular && at[i] - at[i - 1] == distance;
  if (regular && distance == step.bytes) return element(0) + " to " + element_at(trace, at.back() + step.bytes - 1);
  if (regular && distance == std::uint64_t(0) - step.bytes) return element(0) + " to " + element(at.size() - 1);
  if (at.size() <= 4) {
    std::string all = element(0);
    for (std::size_t i = 1; i < at.size(); ++i) all += ", " + element(i);
    return all;
  }
  return element(0) + ", " + element(1) + ", " + element(2) + " ... " + element(at.size() - 1);
}

/// "32 lanes", "lane 0", "lanes 0 to 15", "8 of 32 lanes"
std::string lanes_of(std::uint32_t lanes, std::uint32_t living) {
  const int count = std::popcount(lanes), first = std::countr_zero(lanes);
  if (count == 1) return "lane " + std::to_string(first);
  if (lanes == living) return std::to_string(count) + " lanes";
  if (const std::uint32_t from_zero = lanes >> first; (from_zero & (from_zero + 1)) == 0)
    return "lanes " + std::to_string(first) + " to " + std::to_string(first + count - 1);
  return std::to_string(count) + " of " + std::to_string(std::popcount(living)) + " lanes";
}

std::string request_in_words(const Trace& trace, const Step& step) {
  const char* const verbs[] = {"load    ", "store   ", "atomic  "};
  std::string text = verbs[int(step.kind)] + elements_of(trace, step) + ": " + lanes_of(step.lanes, step.living) + ", ";
  if (step.shared) {
    const int group = step.bytes <= 4 ? 32 : step.bytes <= 8 ? 16 : 8;  // lanes that are served at once
    int groups = 0;
    for (int first = 0; first < 32; first += group) groups += (step.accessing >> first & (~0u >> (32 - group))) != 0;
    text += plural(groups + step.bank_conflicts, "turn") + " of the banks";
    if (step.bank_conflicts > 0) text += ", " + plural(step.bank_conflicts, "conflict");
    return text;
  }
  text += plural(step.sectors, "sector");
  if (step.wasted_sectors > 0)
    text += " where " + grouped(step.sectors - step.wasted_sectors) + " would hold the bytes";
  return text;
}

std::string step_in_words(const Trace& trace, const Part& part, const Step& step) {
  if (step.is_request()) return request_in_words(trace, step);
  if (step.kind == Step::Kind::barrier)
    return "barrier " + plural(std::int64_t(part.extent.x) * part.extent.y * part.extent.z, "thread") + " have met";
  std::string text = std::string(step.operation) + " " + lanes_of(step.lanes, ~0u);
  std::uint32_t left = step.lanes;
  for (std::size_t i = 0; i < step.sources.size() && i < 3; ++i, left &= left - 1)
    text +=
        (i == 0 ? ": " : ", ") + std::to_string(std::countr_zero(left)) + " reads " + std::to_string(step.sources[i]);
  return text + (step.sources.size() > 3 ? " ..." : "");
}

std::string sums_of(const RequestCounts& sums) {
  return "  sums: " + plural(sums.requests, "request") + " of global memory, " + plural(sums.sectors, "sector") + "; " +
         plural(sums.shared_requests, "request") + " of shared memory, " +
         plural(sums.bank_conflicts, "bank conflict") + "; " + grouped(sums.divergent_requests) + " divergent\n";
}

}  // namespace

std::string text_of(const Trace& trace) {
  std::set<std::string> files;
  for (const std::string& place : trace.places) files.insert(place.substr(0, place.rfind(':')));
  const auto shown = [&](const std::string& place) {
    return place.substr(place.rfind(files.size() > 1 ? '/' : ':') + 1);
  };
  std::size_t width = 5;
  for (const std::string& place : trace.places) width = std::max(width, shown(place).size());
  std::string text;
  for (std::size_t p = 0; p < trace.parts.size(); ++p) {
    const Part& part = trace.parts[p];
    const std::size_t end = p + 1 < trace.parts.size() ? trace.parts[p + 1].first : trace.steps.size();
    text += (p > 0 ? "\n" : "") + block_in(part.block, part.grid) + " of " + part.kernel + ", launch " +
            grouped(std::int64_t(part.launch)) + "\n   step  warp" + right("line", width + 2) + "\n";
    RequestCounts sums;
    for (std::size_t s = part.first; s < end; ++s) {
      const Step& step = trace.steps[s];
      const std::uint64_t number = trace.from + s;
      text += right(grouped(std::int64_t(number)), 7) +
              right(step.kind == Step::Kind::barrier ? "" : std::to_string(step.warp), 6) +
              right(shown(trace.places[step.place]), width + 2) + "  " + step_in_words(trace, part, step) + "\n";
      for (const Message& message : trace.messages)
        for (std::size_t a = 0; a < message.steps.size(); ++a)
          if (const InvolvedAccess& access = message.explanation.accesses[a]; message.steps[a] == number)
            text += right("", width + 17) + "^ here " + thread_in(access.thread, part.extent) +
                    (access.stores ? " writes " : " reads ") + access.element + "  [" + message.explanation.code +
                    "]\n";
      if (!step.is_request()) continue;
      (step.shared ? sums.shared_requests : sums.requests)++;
      sums.sectors += step.sectors, sums.bank_conflicts += step.bank_conflicts;
      sums.divergent_requests += step.lanes != step.living;
    }
    text += sums_of(sums);
  }
  return text;
}

}  // namespace gs::simulator::trace
