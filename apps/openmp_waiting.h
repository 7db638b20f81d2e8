// openmp_waiting.h - how long OpenMP's threads spin at a barrier before they sleep.
#pragma once

namespace gs::apps {

/// Makes libgomp spin for a few microseconds only, unless OMP_WAIT_POLICY or GOMP_SPINCOUNT says otherwise: starts the
/// program again with GOMP_SPINCOUNT set, because libgomp reads it before main(). Returns when nothing is to be done.
///
/// Its default, about a millisecond and more, is right for cores that nobody else wants. Where another process wants
/// one, the spinning thread keeps its core for a whole time slice while the thread it waits for has none: each parallel
/// loop of a step then takes 16 ms and more. `gridstride bench` with either setting shows it.
void limit_openmp_spinning(char** arguments);

}  // namespace gs::apps
