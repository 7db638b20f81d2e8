// counted_run.h - runs a compiled program that counts what its kernels ask of the memory.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/recorded_run.h"
#include "kernels/sim/textbook/bound.h"

namespace gs::learn {

/// Runs `program` (the file that compiled() made, and its words) once, counted and without the checker: a run cannot be
/// both. `widths`: widths_of() its machine code; "" if there is none. The entries, whose numbers
/// are decimal integers:
///
///     kernel   of its launches together: name, launches, blocks, threads, barriers, loads, stores, loaded_bytes,
///              stored_bytes; as written: requests, sectors, shared_requests, bank_conflicts, divergent_requests;
///              touched_sectors: distinct ones of each launch, summed; of the largest launch: block_threads,
///              shared_bytes (static and dynamic); cut_apart = 1 if some requests were split; machine_code = 1 if there
///              is some
///     line     kernel, file, line; as written: requests, sectors, ideal, shared_requests, bank_conflicts,
///              divergent_requests; the same with "fused_" before them: as the machine code has them, else as a
///              compiler would probably fuse them; certain = 0 if the machine code leaves that open
///     finding  a note about a line (M20 to M22), as the checker's findings are
///
/// The lines of a kernel and the notes about them follow its own entry.
RecordedRun counted_run(const std::vector<std::string>& program, const std::string& widths = "",
                        simulator::Keep keep = simulator::Keep::silence);

/// The needs that an entry "kernel" says, for the bounds of a GPU.
textbook::KernelNeeds needs_of(const textbook::Entry& kernel);

}  // namespace gs::learn
