// layer_name.h - the layer that a call belongs to.
#pragma once
#include <string>
#include <string_view>

#include "engine/calls/call_node.h"

namespace gs {

/// "conv1" of "conv1 forward", or of "conv1 filter gradient" if `pass` is "filter gradient".
inline std::string layer_name(const CallNode& call, std::string_view pass = "forward") {
  return call.name.substr(0, call.name.size() - pass.size() - 1);
}

}  // namespace gs
