// out_of_memory.h - the end of a program whose memory has run out where no exception may pass.
#pragma once

namespace gs::apps {

/// Memory may run out in a function that must not throw: destructors of nlohmann::json and option look-ups of CLI11
/// allocate. The program then ends with one line on standard error and exit status 1, not by a signal. Elsewhere
/// std::bad_alloc is thrown as always.
void end_cleanly_without_memory();

}  // namespace gs::apps
