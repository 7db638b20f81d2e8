// openmp_waiting.h - limits how long libgomp's threads spin at a barrier before they sleep.
#pragma once

namespace gs::apps {

/// Makes libgomp spin for a few microseconds only, unless OMP_WAIT_POLICY or GOMP_SPINCOUNT says otherwise: starts the
/// program again with GOMP_SPINCOUNT set, because libgomp reads it before main(). Returns if there is nothing to do.
///
/// libgomp's default, a millisecond and more, is right on an idle machine. If another process needs the core, the
/// spinning thread keeps it for a whole time slice while the thread that it waits for has none: each parallel loop of a
/// step then takes 16 ms and more. `gridstride bench` with either setting shows the difference.
/// At the end of a kernel's loop threads stay awake for longer, unless that was in vain (kernels/sim/loop_end.h).
void limit_openmp_spinning(char** arguments);

}  // namespace gs::apps
