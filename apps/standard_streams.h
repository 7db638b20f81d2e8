// standard_streams.h - the program may be started without standard input, output or error (`>&-`).
#pragma once

namespace gs::apps {

/// Opens the missing ones, else the next file that is opened would take the number of one, and what is printed would
/// end up in that file. Nothing can be read from them or written to them, so that output is not lost unnoticed. Call it
/// before anything else is opened.
void open_missing_streams();

}  // namespace gs::apps
