// program.h - what the parts of a learner's program share: its last error, messages, the end.
#pragma once
#include <string>

#include "kernels/sim/explanation.h"
#include "kernels/sim/textbook/runtime_api.h"

namespace gs::textbook {

/// Remembers an error for cudaGetLastError(), and returns it.
cudaError_t failed(cudaError_t);
/// The same, with a message for the reader of the program: "vec.cu:12: error: ...".
cudaError_t refused(cudaError_t, source_location where, const std::string& message);
cudaError_t refused(cudaError_t, const simulator::Explanation& message);
/// A message that is no mistake, once: "vec.cu:12: note: ...".
void note_once(source_location where, const std::string& message);
/// A mistake, said at the end of the program.
void add_mistake(const simulator::Explanation&);
/// Ends the program if a kernel has made a mistake, or a launch was refused.
void end_if_wrong();
/// The latest launch; null: there was none.
const Configuration* last_launch();
/// Says what was found and is not said yet. Needs no memory of the C library.
void say_findings();
/// Says what was found and ends the program with status 1.
[[noreturn]] void end_program();

}  // namespace gs::textbook
