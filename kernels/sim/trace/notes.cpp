// notes.cpp - says what was left out, and the flag that shows it.
#include "kernels/sim/trace/notes.h"

#include <algorithm>

#include "kernels/common/grouped.h"

namespace gs::simulator::trace {
namespace {

std::string number(std::uint64_t value) {
  return grouped(std::int64_t(value));
}

void note_absence(const Trace& trace, std::vector<std::string>& notes) {
  const std::uint64_t lowest = *std::min_element(trace.blocks.begin(), trace.blocks.end());
  if (trace.launches == 0)
    notes.push_back("the program launches no kernel: there is nothing to trace");
  else if (lowest >= trace.largest_grid)
    notes.push_back("no launch has a block " + number(lowest) + ": the largest grid has " +
                    plural(std::int64_t(trace.largest_grid), "block") + ", numbered from 0");
  else
    notes.push_back(
        "the traced blocks touch no memory and wait for nothing: there is no step to show; --trace takes other blocks");
}

void note_message(const Trace& trace, const Message& message, std::vector<std::string>& notes) {
  const auto& accesses = message.explanation.accesses;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    const std::uint64_t step = message.steps[i];
    if (std::find(trace.blocks.begin(), trace.blocks.end(), accesses[i].block) == trace.blocks.end()) {
      notes.push_back("what was found happens in block " + number(accesses[i].block) + ": --trace " +
                      std::to_string(accesses[i].block) + " shows it");
      return;
    }
    if (step != 0 && (step < trace.from || step >= trace.from + trace.steps.size())) {
      notes.push_back("what was found happens in step " + number(step) + ": --from " +
                      std::to_string(step > 20 ? step - 20 : 1) + " shows it");
      return;
    }
  }
}

}  // namespace

std::vector<std::string> notes_about(const Trace& trace) {
  std::vector<std::string> notes;
  const std::uint64_t end = trace.from + trace.steps.size();  // one past the last that is shown
  if (trace.made == 0)
    note_absence(trace, notes);
  else if (trace.from > trace.made)
    notes.push_back("the traced blocks make " + plural(std::int64_t(trace.made), "step") + ": --from " +
                    std::to_string(trace.from) + " is past them");
  else if (end <= trace.made)
    notes.push_back("steps " + number(trace.from) + " to " + number(end - 1) + " of " + number(trace.made) +
                    " are shown: --from " + std::to_string(end) + " shows the next");
  for (const Message& message : trace.messages) note_message(trace, message, notes);
  if (trace.cut_apart) notes.push_back("some requests were split, for their lanes did too much between two barriers");
  return notes;
}

}  // namespace gs::simulator::trace
