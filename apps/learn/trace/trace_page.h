// trace_page.h - the page of a trace.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// One HTML file that asks for nothing from elsewhere. `trace`: JSON, see kernels/sim/trace/json.h.
std::string trace_page(std::string_view file, std::string_view trace);

}  // namespace gs::learn
