// trace_events.cpp - a timeline as events. Events are cut so that they nest: none outlasts the one around it.
#include "apps/profile/trace_events.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "engine/profile/analysis.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;
constexpr int process = 1, step_thread = 0;

/// Whole nanoseconds, so that sums of rounded times stay in order.
std::int64_t nanoseconds(double us) {
  return std::int64_t(std::llround(1e3 * us));
}

struct Event {
  std::string name, category;
  int thread = 0;
  std::int64_t start_ns = 0, duration_ns = 0;
  Json args;
};

Json name_event(const char* what, int thread, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", process}, {"tid", thread}, {"ts", 0}, {"args", {{"name", name}}}};
}

Json args_of(const Profile& profile, const OpProfile& op) {
  const OpAnalysis a = analyse(profile, op);
  return {{"implementation", op.implementation}, {"MFLOP", op.cost.flops / 1e6},    {"MB", op.cost.bytes / 1e6},
          {"median_us", op.us.median},           {"% of peak", 100 * a.peak_share}, {"bound by", to_string(a.bound)}};
}

/// The events of one step that begins at `offset_ns`, the outer ones before those inside them.
std::vector<Event> events_of(const Profile& profile, const TimelineStep& step, std::size_t number,
                             std::int64_t offset_ns) {
  std::vector<Event> events = {{fmt::format("step {}", number + 1), "step", step_thread, offset_ns,
                                nanoseconds(step.wall_us), Json{{"images", profile.batch}}}};
  for (const TimelineEvent& e : step.events) {
    const OpProfile& op = profile.ops[std::size_t(e.op)];
    const std::int64_t start = nanoseconds(e.start_us);
    Json args = args_of(profile, op);
    if (!e.kernel.empty()) args["kernel"] = e.kernel;
    events.push_back({e.kernel.empty() ? op.name : fmt::format("{}: {}", op.name, e.kernel),
                      std::string(to_string(op.pass)), step_thread + 1 + e.lane, offset_ns + start,
                      std::max<std::int64_t>(0, nanoseconds(e.start_us + e.duration_us) - start), std::move(args)});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.start_ns != b.start_ns ? a.start_ns < b.start_ns : a.duration_ns > b.duration_ns;
  });
  return events;
}

/// Shortens what would reach out of the event around it on its thread (clocks of two devices differ by a little).
void make_nested(std::vector<Event>& events) {
  std::map<int, std::vector<std::int64_t>> open;  // by thread: the ends of the events that have begun
  for (Event& e : events) {
    std::vector<std::int64_t>& ends = open[e.thread];
    while (!ends.empty() && ends.back() <= e.start_ns) ends.pop_back();
    if (!ends.empty()) e.duration_ns = std::min(e.duration_ns, ends.back() - e.start_ns);
    ends.push_back(e.start_ns + e.duration_ns);
  }
}

}  // namespace

Json trace_events(const Profile& profile, std::size_t most_events) {
  std::vector<Event> all;
  std::int64_t offset_ns = 0;
  int lanes = 0;
  for (std::size_t i = 0; i < profile.timeline.size(); ++i) {
    const TimelineStep& step = profile.timeline[i];
    if (!all.empty() && all.size() + step.events.size() + 1 > most_events) break;
    const std::vector<Event> events = events_of(profile, step, i, offset_ns);
    std::int64_t end = offset_ns + nanoseconds(step.wall_us);
    for (const Event& e : events) end = std::max(end, e.start_ns + e.duration_ns), lanes = std::max(lanes, e.thread);
    offset_ns = end + 1000;
    all.insert(all.end(), events.begin(), events.end());
  }
  make_nested(all);

  Json list = Json::array();
  list.push_back(
      name_event("process_name", step_thread, fmt::format("gridstride {} on {}", profile.model, profile.device)));
  list.push_back(name_event("thread_name", step_thread, "steps"));
  for (int lane = 1; lane <= lanes; ++lane)
    list.push_back(name_event("thread_name", lane, lane == 1 ? "ops" : fmt::format("ops at the same time, {}", lane)));
  for (Event& e : all)
    list.push_back({{"name", e.name},
                    {"cat", e.category},
                    {"ph", "X"},
                    {"pid", process},
                    {"tid", e.thread},
                    {"ts", double(e.start_ns) / 1e3},
                    {"dur", double(e.duration_ns) / 1e3},
                    {"args", std::move(e.args)}});
  return {{"traceEvents", std::move(list)},
          {"displayTimeUnit", "ns"},
          {"otherData",
           {{"model", profile.model},
            {"device", profile.device_description},
            {"version", profile.version},
            {"commit", profile.commit},
            {"time", profile.time}}}};
}

}  // namespace gs::apps
