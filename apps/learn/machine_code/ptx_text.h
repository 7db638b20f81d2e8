// ptx_text.h - PTX with the source lines that it comes from.
#pragma once
#include <string>
#include <string_view>

namespace gs::learn {

/// `ptx`, of nvcc -ptx -lineinfo, without its sections for debuggers. Before the instructions of a line of a file in
/// (or below) `folder` stands that line as a comment: "// 15 |   out[t] = ...".
std::string ptx_with_source(std::string_view ptx, const std::string& folder);

}  // namespace gs::learn
