// npz_file.h - writes arrays for NumPy. Part of the module (exchange_module.h).
#pragma once
#include <string>

#include "engine/core/safetensors.h"

namespace gs {

/// ExchangeModule::npz.
std::string npz_file(const SafeTensors&);

}  // namespace gs
