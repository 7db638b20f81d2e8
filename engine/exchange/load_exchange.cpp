// load_exchange.cpp - loads the module of exchange_module.cpp.
#include "engine/exchange/exchange_module.h"
#if GRIDSTRIDE_WITH_EXCHANGE
#include <dlfcn.h>

#include "engine/core/load_module.h"
#else
#include "engine/core/error.h"
#endif

namespace gs {

const ExchangeModule& exchange_module() {
#if GRIDSTRIDE_WITH_EXCHANGE
  using Functions = const ExchangeModule*();
  static void* const handle = load_module(GRIDSTRIDE_EXCHANGE_MODULE, "the module for files of other programs", "cpu");
  static const ExchangeModule& module = *reinterpret_cast<Functions*>(dlsym(handle, "gridstride_exchange"))();
  return module;
#else
  throw UsageError(
      "this build writes no files for ONNX, NumPy and TensorBoard: it was configured "
      "without " GRIDSTRIDE_EXCHANGE_LACKS);
#endif
}

}  // namespace gs
