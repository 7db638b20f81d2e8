// time_limit.h - ends a program whose kernels never end. Only for instrumented code, which looks at the time.
#pragma once
#include <string>

namespace gs::simulator {

/// Set by a signal, read where instrumented code enters a basic block.
extern volatile bool time_is_up;

/// Ends the program, or the running kernel with a SimError, after so many seconds of processor time. `host`: called if
/// no kernel runs then; it does not return.
void limit_time(double seconds, void (*host)(const void* return_address));

/// "10 s"
std::string time_limit_in_words();

/// To be called when time_is_up is seen.
void end_of_time(const void* return_address);

/// Lets the block's other threads run that can.
void take_turns();

}  // namespace gs::simulator
