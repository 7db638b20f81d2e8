// recorder.cpp - the counter's requests and the runtime's meetings, as steps.
#include "kernels/sim/trace/recorder.h"

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <utility>

#include "kernels/sim/check/places.h"
#include "kernels/sim/device_memory.h"

namespace gs::simulator::trace {

using check::Space;
using counting::Formed;
using counting::Request;

Recorder::Recorder(std::vector<std::uint64_t> blocks, std::uint64_t from, std::vector<Message> messages) {
  trace_.blocks = std::move(blocks);
  trace_.from = from;
  trace_.messages = std::move(messages);
  for (Message& message : trace_.messages) message.steps.assign(message.explanation.accesses.size(), 0);
}

void Recorder::launch_begins() {
  ++launch_;
  arrays_.launch_begins();
  wanted_ = false;
}

void Recorder::block_begins() {
  const dim3 grid = position.launch->geometry.grid, extent = position.launch->geometry.block;
  trace_.launches = launch_;
  trace_.largest_grid = std::max(trace_.largest_grid, std::uint64_t(grid.x) * grid.y * grid.z);
  wanted_ = std::find(trace_.blocks.begin(), trace_.blocks.end(), position.block) != trace_.blocks.end();
  barriers_ = 0;
  part_is_open_ = false;
  touched_.clear();
  writers_.clear();
  pending_.assign((extent.x * extent.y * extent.z + warp_size - 1) / warp_size, {});
}

void Recorder::requests(const Formed& formed) {
  std::vector<Pending>& operations = pending_[formed.warp];
  for (const std::size_t node : in_order(formed, operations)) {
    if (node >= formed.requests.size()) {
      add(step_of(operations[node - formed.requests.size()], formed.warp));
      continue;
    }
    const Formed::Counted& counted = formed.requests[node];
    if (counted.request.accessing == 0) continue;  // is not counted, either
    add(step_of(formed, counted));
  }
  operations.clear();
}

void Recorder::warp_operation(const WarpMeeting& meeting, const std::array<std::uint32_t, warp_size>& logged) {
  if (!wanted_) return;
  Pending pending{meeting.operation, meeting.where, meeting.lanes, {}, meeting.sources != nullptr, logged};
  for (std::size_t lane = 0; meeting.sources && lane < warp_size; ++lane)
    pending.sources[lane] = std::uint8_t(meeting.sources[lane]);
  pending_[meeting.warp].push_back(pending);
}

void Recorder::barrier(Place where) {
  if (!wanted_) return;
  Step step;
  step.kind = Step::Kind::barrier;
  step.place = place(std::string(where.file) + ":" + std::to_string(where.line));
  add(std::move(step));
  ++barriers_;
}

bool Recorder::ends_at(Space space, std::uintptr_t address, std::size_t bytes, std::uint32_t code) const {
  for (const Message& message : trace_.messages)
    for (const InvolvedAccess& access : message.explanation.accesses) {
      if (!access.ends_kernel || access.launch != launch_ || access.block != position.block ||
          access.thread != position.thread || access.code != code)
        continue;
      const auto range = memory_at(address);
      if (space == Space::beside_shared || (space == Space::global && (!range || address + bytes > range->end)))
        return true;
    }
  return false;
}

Step Recorder::step_of(const Formed& formed, const Formed::Counted& counted) {
  const Request& request = counted.request;
  Step step;
  step.kind = request.loads && request.stores ? Step::Kind::atomic
              : request.stores                ? Step::Kind::store
                                              : Step::Kind::load;
  step.bytes = request.bytes;
  step.shared = request.shared;
  step.warp = formed.warp;
  step.lanes = request.lanes;
  step.accessing = request.accessing;
  step.living = formed.living;
  step.sectors = counted.counts.sectors;
  step.wasted_sectors = counted.counts.wasted_sectors;
  step.bank_conflicts = counted.counts.bank_conflicts;
  for (std::uint32_t left = request.accessing; left; left &= left - 1) {
    const Arrays::Found found = arrays_.at(request.shared, request.address[std::countr_zero(left)], request.bytes);
    if (std::find(touched_.begin(), touched_.end(), found.array) == touched_.end()) touched_.push_back(found.array);
    step.addresses.push_back(found.address);
  }
  step.place = std::uint32_t(std::find(codes_.begin(), codes_.end(), request.code) - codes_.begin());
  if (step.place == codes_.size()) codes_.push_back(request.code);
  return step;
}

Step Recorder::step_of(const Pending& pending, unsigned warp) {
  Step step;
  step.kind = Step::Kind::operation;
  step.operation = pending.operation;
  step.warp = warp;
  step.lanes = pending.lanes;
  step.place = place(std::string(pending.where.file) + ":" + std::to_string(pending.where.line));
  if (pending.shuffles)
    for (std::uint32_t left = pending.lanes; left; left &= left - 1)
      step.sources.push_back(pending.sources[std::size_t(std::countr_zero(left))]);
  return step;
}

std::uint32_t Recorder::place(const std::string& text) {
  auto& places = trace_.places;
  const auto at = std::find(places.begin(), places.end(), text);
  if (at != places.end()) return std::uint32_t(at - places.begin());
  places.push_back(text);
  return std::uint32_t(places.size() - 1);
}

void Recorder::add(Step step) {
  ++trace_.made;
  if (step.is_request() && !trace_.messages.empty()) note_messages(step, codes_[step.place]);
  if (trace_.made < trace_.from) {
    if (step.shared && step.stores()) note_writers(step);
    return;
  }
  if (trace_.steps.size() == most_steps) return;
  if (!part_is_open_) open_part();
  trace_.parts.back().arrays = touched_;
  trace_.steps.push_back(std::move(step));
}

void Recorder::open_part() {
  part_is_open_ = true;
  const Launch& launch = *position.launch;
  Part part;
  part.launch = launch_;
  part.block = position.block;
  part.kernel = launch.kernel;
  part.grid = launch.geometry.grid;
  part.extent = launch.geometry.block;
  part.first = trace_.steps.size();
  for (std::size_t array = 0; array < writers_.size(); ++array)
    if (!writers_[array].empty()) part.before.push_back({array, std::move(writers_[array])});
  trace_.parts.push_back(std::move(part));
}

void Recorder::note_writers(const Step& step) {
  std::size_t at = 0;
  for (std::uint32_t left = step.accessing; left; left &= left - 1, ++at) {
    const std::size_t number = array_at(step.addresses[at]);
    const Array& array = trace_.arrays[number];
    writers_.resize(trace_.arrays.size());
    std::vector<std::int32_t>& writers = writers_[number];
    const std::uint64_t unit = unit_bytes(array), first = (step.addresses[at] - array.base) / unit,
                        last = (step.addresses[at] - array.base + step.bytes - 1) / unit;
    writers.resize((array.bytes + unit - 1) / unit, -1);
    for (std::uint64_t i = first; i <= last && i < writers.size(); ++i)
      writers[i] = std::int32_t(step.warp * warp_size) + std::countr_zero(left);
  }
}

/// Accesses are the same if thread, barriers, element and instruction are. An access that is one instruction on a GPU
/// has another code here than its pieces have under the checker.
void Recorder::note_messages(const Step& step, std::uint32_t code) {
  for (std::size_t m = 0; m < trace_.messages.size(); ++m) {
    Message& message = trace_.messages[m];
    for (std::size_t a = 0; a < message.steps.size(); ++a) {
      const InvolvedAccess& access = message.explanation.accesses[a];
      const std::uint32_t lane = access.thread % warp_size;
      if (message.steps[a] || access.launch != launch_ || access.block != position.block ||
          access.barriers != barriers_ || access.thread / warp_size != step.warp || !(step.accessing >> lane & 1) ||
          access.stores != step.stores())
        continue;
      const std::uint64_t address =
          step.addresses[std::size_t(std::popcount(step.accessing & ((std::uint32_t(1) << lane) - 1)))];
      const Array& array = trace_.arrays[array_at(address)];
      const std::int64_t offset = std::int64_t(address - array.base);
      const bool same = (access.array.empty() || array.name == access.array) &&
                        offset < access.offset + std::int64_t(access.bytes) && access.offset < offset + step.bytes;
      if (!same && !access.ends_kernel) continue;
      if (code == access.code)
        message.steps[a] = trace_.made;
      else if (same)
        guesses_.push_back({m, a, trace_.made});
    }
  }
}

Trace Recorder::finish() {
  for (const Guess& guess : guesses_)
    if (std::uint64_t& step = trace_.messages[guess.message].steps[guess.access]; step == 0) step = guess.step;
  const std::vector<std::string> lines = check::full_paths(codes_);
  std::vector<std::uint32_t> places;
  for (const std::string& line : lines) places.push_back(place(line));
  for (Step& step : trace_.steps)
    if (step.is_request()) step.place = places[step.place];
  return std::move(trace_);
}

}  // namespace gs::simulator::trace
