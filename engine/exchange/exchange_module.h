// exchange_module.h - files of other programs, as the functions of a module that is loaded when one is asked for: the
// libraries of protobuf, ONNX and zip would slow down every start.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/safetensors.h"
#include "engine/net/net.h"

namespace gs {

/// An event for TensorBoard: the version of its file, or scalars by their tags, or, with neither, the (re)start of a
/// run at `step`.
struct TensorBoardEvent {
  double wall_time = 0;  ///< seconds since 1970
  std::int64_t step = 0;
  std::string file_version;
  std::vector<std::pair<std::string, float>> scalars;
};

/// The functions of libgridstride_exchange.so. They return bytes and throw gs::Error.
struct ExchangeModule {
  /// A model of ONNX: reads "images" [N, c, h, w], bytes of pixels as floats from 0 to 255, which it divides by 255;
  /// writes "logits" [N, outputs]. `weights`: torch_weights() of the network.
  std::string (*onnx)(const Net&, const SafeTensors& weights, const std::map<std::string, std::string>& metadata);
  /// An archive of NumPy, as savez() writes it: an array of 32-bit floats for each tensor.
  std::string (*npz)(const SafeTensors&);
  /// Protobuf's bytes of an event, without the frame that a file has around it (engine/train/event_file.h).
  std::string (*event)(const TensorBoardEvent&);
};

/// Loads the module at the first call. Throws UsageError, with the packages that are missing, if this build has none,
/// gs::Error if it is not there or cannot be loaded. Thread-safe.
const ExchangeModule& exchange_module();

}  // namespace gs
