// event_message.cpp - by the classes that protoc makes of event.proto.
#include "engine/exchange/event_message.h"

#include "engine/exchange/event.pb.h"
#include "engine/exchange/exchange_module.h"

namespace gs {

std::string event_message(const TensorBoardEvent& e) {
  gridstride::tensorboard::Event event;
  event.set_wall_time(e.wall_time);
  event.set_step(e.step);
  if (!e.file_version.empty())
    event.set_file_version(e.file_version);
  else if (e.scalars.empty())
    event.mutable_session_log()->set_status(gridstride::tensorboard::SessionLog::START);
  for (const auto& [tag, value] : e.scalars) {
    auto& scalar = *event.mutable_summary()->add_value();
    scalar.set_tag(tag);
    scalar.set_simple_value(value);
  }
  return event.SerializeAsString();
}

}  // namespace gs
