// profile_fields.h - the names of all fields of a profile: profile_json.cpp writes and reads by the same list.
#pragma once
#include "engine/profile/profile.h"

namespace gs::apps {

/// visit(v, record) calls v(name, field) for each field. Absent optional parts are left out.
struct ProfileFields {
  template <class V>
  static void visit(V& v, Spread& s) {
    v("median", s.median), v("low", s.low), v("high", s.high);
  }
  template <class V>
  static void visit(V& v, Peaks& r) {
    v("copy_bytes_per_s", r.copy_bytes_per_s), v("fp32_flops_per_s", r.fp32_flops_per_s);
    v("tf32_flops_per_s", r.tf32_flops_per_s), v("bf16_flops_per_s", r.bf16_flops_per_s);
    v("stream_launch_us", r.stream_launch_us), v("graph_launch_us", r.graph_launch_us);
    v("machine", r.machine), v("date", r.date), v("measured_now", r.measured_now);
  }
  template <class V>
  static void visit(V& v, ProfiledKernel& k) {
    v("name", k.name), v("grid", k.grid), v("block", k.block), v("shared_bytes", k.shared_bytes);
    v("registers", k.registers), v("occupancy", k.occupancy), v("launches", k.launches), v("us", k.us);
  }
  template <class V>
  static void visit(V& v, OpCounts::Line& l) {
    v("place", l.place), v("requests", l.requests), v("sectors", l.sectors);
    v("shared_requests", l.shared_requests), v("bank_conflicts", l.bank_conflicts);
    v("divergent_requests", l.divergent_requests), v("wasted_sectors", l.wasted_sectors);
  }
  template <class V>
  static void visit(V& v, OpCounts& c) {
    v("blocks", c.blocks), v("threads", c.threads), v("barriers", c.barriers);
    v("loads", c.loads), v("stores", c.stores), v("loaded_bytes", c.loaded_bytes), v("stored_bytes", c.stored_bytes);
    v("requests", c.requests), v("sectors", c.sectors), v("wasted_sectors", c.wasted_sectors),
        v("shared_requests", c.shared_requests);
    v("bank_conflicts", c.bank_conflicts), v("divergent_requests", c.divergent_requests), v("lines", c.lines);
  }
  template <class V>
  static void visit(V& v, InstructionCounts::Entry& e) {
    v("name", e.name), v("warp", e.warp);
  }
  template <class V>
  static void visit(V& v, InstructionCounts& c) {
    v("warp", c.warp), v("lanes", c.lanes), v("kernels", c.kernels), v("opcodes", c.opcodes), v("lines", c.lines);
  }
  template <class V>
  static void visit(V& v, OpBound& b) {
    v("launch_us", b.launch_us), v("bytes_us", b.bytes_us), v("arithmetic_us", b.arithmetic_us);
    v("issue_us", b.issue_us), v("latency_us", b.latency_us), v("kernels_us", b.kernels_us);
  }
  template <class V>
  static void visit(V& v, MeasuredCandidate& c) {
    v("name", c.name), v("us", c.us);
  }
  template <class V>
  static void visit(V& v, OpProfile& op) {
    v("name", op.name), v("pass", op.pass), v("implementation", op.implementation), v("note", op.note);
    v("flops", op.cost.flops), v("bytes", op.cost.bytes), v("tensor_cores", op.tensor_cores);
    v("launches", op.launches), v("us", op.us), v("thread_us", op.thread_us), v("kernels", op.kernels);
    v("candidates", op.candidates), v("counts", op.counts), v("instructions", op.instructions);
    v("bound_on_h200", op.bound_on_h200);
  }
  template <class V>
  static void visit(V& v, TimelineEvent& e) {
    v("op", e.op), v("kernel", e.kernel), v("lane", e.lane), v("start_us", e.start_us), v("duration_us", e.duration_us);
  }
  template <class V>
  static void visit(V& v, TimelineStep& step) {
    v("wall_us", step.wall_us), v("events", step.events);
  }
  template <class V>
  static void visit(V& v, TimeSums& s) {
    v("wall_us", s.wall_us), v("ops_us", s.ops_us), v("overlap_us", s.overlap_us);
    v("gaps_us", s.gaps_us), v("host_us", s.host_us);
  }
  template <class V>
  static void visit(V& v, Profile& p) {
    v("model", p.model), v("run", p.run), v("base", p.base), v("batch", p.batch), v("input", p.input);
    v("device", p.device), v("device_description", p.device_description), v("precision", p.precision);
    v("threads", p.threads), v("version", p.version), v("commit", p.commit), v("time", p.time), v("flags", p.flags);
    v("source", p.source), v("source_note", p.source_note), v("sampled_steps", p.sampled_steps), v("peaks", p.peaks);
    v("wall_us", p.wall_us), v("unwatched_us", p.unwatched_us), v("sums", p.sums), v("ops", p.ops);
    v("timeline", p.timeline);
  }
};

}  // namespace gs::apps
