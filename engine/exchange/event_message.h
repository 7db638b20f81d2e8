// event_message.h - one event of TensorBoard, as bytes of protobuf. Part of the module (exchange_module.h).
#pragma once
#include <string>

namespace gs {

struct TensorBoardEvent;  // exchange_module.h

/// ExchangeModule::event.
std::string event_message(const TensorBoardEvent&);

}  // namespace gs
