// trace.cpp - finds an instruction's registers by their names in its text.
#include "kernels/ptx/trace.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace gs::ptx {
namespace {

/// KERNEL:BLOCK:THREAD
TracedThread from_environment() {
  TracedThread t;
  const char* const text = std::getenv("GRIDSTRIDE_PTX_TRACE");
  if (!text) return t;
  const std::string words = text;
  const std::size_t second = words.rfind(':'), first = second == words.npos ? second : words.rfind(':', second - 1);
  const auto number = [&](std::size_t begin, std::size_t end, unsigned& value) {
    const auto [stop, error] = std::from_chars(words.data() + begin, words.data() + end, value);
    return error == std::errc() && stop == words.data() + end;
  };
  if (first == words.npos || first == 0 || !number(first + 1, second, t.block) ||
      !number(second + 1, words.size(), t.thread))
    throw PtxError("GRIDSTRIDE_PTX_TRACE: '" + words + "' is not KERNEL:BLOCK:THREAD, as in gather:0:33");
  t.kernel = words.substr(0, first);
  return t;
}

struct Named {
  std::string name;
  Register reg;
  std::string before;
};

std::vector<Named> registers_in(const Kernel& kernel, const std::string& text) {
  std::vector<Named> found;
  for (std::size_t at = 0; (at = text.find('%', at)) != text.npos;) {
    std::size_t end = at + 1;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_' || text[end] == '.'))
      ++end;
    const std::string name = text.substr(at, end - at);
    at = end;
    const auto reg = kernel.registers.find(name);
    const auto same = [&](const Named& n) { return n.name == name; };
    if (reg != kernel.registers.end() && std::find_if(found.begin(), found.end(), same) == found.end())
      found.push_back({name, reg->second, {}});
  }
  return found;
}

template <class T>
T lane_value(Warp& w, const Register& r, unsigned lane) {
  return w.lanes<T>(r.offset)[lane];
}
std::string value_text(Warp& w, const Register& r, unsigned lane) {
  char text[64];
  switch (bits(r.type)) {
    case 1:
      return (w.predicate(r.offset) >> lane & 1) != 0 ? "true" : "false";
    case 16:
      std::snprintf(text, sizeof text, "%u", unsigned(lane_value<std::uint16_t>(w, r, lane)));
      break;
    case 32:
      if (r.type == Type::f32)
        std::snprintf(text, sizeof text, "%.9g", double(lane_value<float>(w, r, lane)));
      else
        std::snprintf(text, sizeof text, "%" PRId32, lane_value<std::int32_t>(w, r, lane));
      break;
    default:
      if (r.type == Type::f64)
        std::snprintf(text, sizeof text, "%.17g", lane_value<double>(w, r, lane));
      else
        std::snprintf(text, sizeof text, "0x%" PRIx64, lane_value<std::uint64_t>(w, r, lane));
  }
  return text;
}

std::string short_place(const std::string& place) {
  return place.substr(place.rfind('/') == place.npos ? 0 : place.rfind('/') + 1);
}

}  // namespace

TracedThread& traced_thread() {
  static TracedThread traced = from_environment();
  return traced;
}

int traced_lane(const Warp& w) {
  const TracedThread& t = traced_thread();
  if (t.kernel.empty()) return -1;
  const Launch& launch = *w.block->launch;
  const Dim3 index = w.block->index;
  const std::uint64_t block =
      index.x + std::uint64_t(launch.grid.x) * (index.y + std::uint64_t(launch.grid.y) * index.z);
  if (block != t.block || t.thread / 32 != w.index ||
      plain_name(launch.kernel->name).find(t.kernel) == std::string::npos)
    return -1;
  return int(t.thread % 32);
}

void trace(Warp& w, const Instruction& i, unsigned lane, bool on, const std::function<bool()>& execute) {
  const Kernel& kernel = *w.block->launch->kernel;
  const std::size_t index = std::size_t(&i - kernel.code.data());
  const std::string& text = kernel.texts[index];
  std::vector<Named> registers = registers_in(kernel, text);
  for (Named& r : registers) r.before = value_text(w, r.reg, lane);
  if (!execute()) return;  // waits for lanes; traced once it runs
  std::string values;
  for (const Named& r : registers) {
    const std::string after = value_text(w, r.reg, lane);
    values += "  " + r.name + "=" + (after == r.before ? after : r.before + "->" + after);
  }
  const std::string place = short_place(w.block->launch->module->place(kernel.lines[index]));
  std::printf("%-22s %s%-52s%s\n", place.c_str(), on ? "" : "(off) ", text.c_str(), values.c_str());
}

}  // namespace gs::ptx
