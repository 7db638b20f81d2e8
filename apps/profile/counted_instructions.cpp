// counted_instructions.cpp - compares the steps, then goes op by op.
#include "apps/profile/counted_instructions.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs::apps {
namespace {

std::string step_in_words(const Profile& p) {
  return fmt::format("{}, base {}, batch {}, input {}, {}", p.model, p.base, p.batch, p.input, p.precision);
}

}  // namespace

void add_instructions(Profile& measured, const Profile& counted, const std::string& file) {
  if (counted.source != TimeSource::instructions)
    throw UsageError(fmt::format("{} counts no instructions: gridstride profile {} --device ptx writes one that does",
                                 file, measured.model));
  if (step_in_words(counted) != step_in_words(measured))
    throw UsageError(fmt::format("{} is of another step ({}) than this profile ({})", file, step_in_words(counted),
                                 step_in_words(measured)));
  int others = 0;
  for (OpProfile& op : measured.ops) {
    const auto same = std::ranges::find_if(
        counted.ops, [&](const OpProfile& c) { return c.name == op.name && c.implementation == op.implementation; });
    if (same == counted.ops.end()) {
      ++others;
      continue;
    }
    op.instructions = same->instructions;
    op.bound_on_h200 = same->bound_on_h200;
  }
  if (others > 0)
    measured.source_note += fmt::format(
        "{}{} of {} ops ran other implementations than in {}, so their instructions "
        "are unknown",
        measured.source_note.empty() ? "" : "; ", others, measured.ops.size(), file);
}

}  // namespace gs::apps
