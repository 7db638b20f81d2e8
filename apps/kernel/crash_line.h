// crash_line.h - a line about a kernel of the user's own that crashes the program.
#pragma once

namespace gs::apps {

/// From now on a signal that ends the program in a kernel is preceded by a line that names the kernel and the thread,
/// and by the race checker's reports.
void name_kernels_that_crash();

}  // namespace gs::apps
