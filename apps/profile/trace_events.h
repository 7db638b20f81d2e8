// trace_events.h - the sampled steps of a profile for Perfetto (ui.perfetto.dev) and chrome://tracing.
#pragma once
#include <nlohmann/json.hpp>

#include "engine/profile/profile.h"

namespace gs::apps {

inline constexpr std::size_t most_trace_events = 40'000;  ///< below 250 bytes each, so below 10 MB

/// The trace-event format's JSON object: metadata events ("M") that name the process and its lanes, then complete
/// events ("X") in the order of their start. Thread 0 has the steps, thread 1 + lane the ops and, inside them, their
/// kernels; microseconds. One sampled step follows another; those that would make more than `most_events` are left out
/// (but never the first).
nlohmann::ordered_json trace_events(const Profile&, std::size_t most_events = most_trace_events);

}  // namespace gs::apps
