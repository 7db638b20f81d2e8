// onnx_file.h - writes a network in the format of ONNX. Part of the module (exchange_module.h).
#pragma once
#include <map>
#include <string>

#include "engine/core/safetensors.h"
#include "engine/net/net.h"

namespace gs {

/// ExchangeModule::onnx.
std::string onnx_file(const Net&, const SafeTensors& weights, const std::map<std::string, std::string>& metadata);

}  // namespace gs
