// layer_name.h - the layer that a forward call belongs to.
#pragma once
#include <string>

#include "engine/calls/call_node.h"

namespace gs {

/// "conv1" of "conv1 forward".
inline std::string layer_name(const CallNode& forward) {
  return forward.name.substr(0, forward.name.rfind(' '));
}

}  // namespace gs
