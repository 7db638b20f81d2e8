// fusing.cpp - the sentences.
#include "apps/learn/counts/fusing.h"

#include <cstdlib>
#include <string_view>

#include "kernels/common/grouped.h"

namespace gs::learn {
namespace {

using textbook::Entry;

struct Memory {
  std::string_view name, requests, cost, cost_in_words;
  std::string_view condition;  ///< for a guess
};
constexpr Memory memories[] = {
    {"global memory", "requests", "sectors", "sectors",
     "if the type says that the address is aligned (float4, __align__(16))"},
    {"shared memory", "shared_requests", "bank_conflicts", "bank conflicts",
     "if the compiler fuses neighbouring accesses, as it probably will"},
};

/// A count as written and fused.
struct Both {
  std::int64_t written, fused;
};
Both both(const Entry& line, std::string_view field) {
  return {std::strtoll(line[field].c_str(), nullptr, 10),
          std::strtoll(line["fused_" + std::string(field)].c_str(), nullptr, 10)};
}

std::string machine_sentence(const Memory& memory, Both requests, Both cost) {
  if (requests.fused == 0) return "its accesses of " + std::string(memory.name) + " are part of a neighbouring line's";
  return std::string(requests.fused < requests.written ? "neighbouring accesses are fused: "
                                                       : "the type promises no alignment, so accesses are split: ") +
         plural(requests.fused, "request") + " of " + std::string(memory.name) + " instead of " +
         grouped(requests.written) + " as written" +
         (cost.fused == cost.written ? ""
                                     : ", " + std::string(memory.cost_in_words) + " " + grouped(cost.fused) +
                                           " instead of " + grouped(cost.written));
}

std::string guess(const Memory& memory, Both requests, Both cost) {
  return "as written " + plural(requests.written, "request") + " of " + std::string(memory.name) + ", " +
         std::string(memory.cost_in_words) + " " + grouped(cost.written) + "; " + std::string(memory.condition) + ", " +
         grouped(requests.fused) + " and " + grouped(cost.fused);
}

}  // namespace

std::string fusing_in_words(const Entry& line, bool machine_code) {
  std::string text;
  for (const Memory& memory : memories) {
    const Both requests = both(line, memory.requests), cost = both(line, memory.cost);
    if (requests.written == requests.fused) continue;
    text += (text.empty() ? "" : "; ") +
            (machine_code ? machine_sentence(memory, requests, cost) : guess(memory, requests, cost));
  }
  return text;
}

}  // namespace gs::learn
