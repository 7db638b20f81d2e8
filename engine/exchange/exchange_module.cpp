// exchange_module.cpp - the functions of libgridstride_exchange.so.
#include "engine/exchange/exchange_module.h"

#include "engine/exchange/event_message.h"
#include "engine/exchange/npz_file.h"
#include "engine/exchange/onnx_file.h"

extern "C" [[gnu::visibility("default")]] const gs::ExchangeModule* gridstride_exchange() {
  static const gs::ExchangeModule module{.onnx = gs::onnx_file, .npz = gs::npz_file, .event = gs::event_message};
  return &module;
}
