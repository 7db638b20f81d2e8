// launch_recorder.cpp - one pointer per OS thread.
#include "kernels/sim/launch_recorder.h"

#include "kernels/common/check.h"

namespace gs::simulator {
namespace {
constinit thread_local LaunchRecorder* recorder = nullptr;
}

LaunchRecorder::LaunchRecorder() {
  require(recorder == nullptr, "a launch recorder is already active");
  recorder = this;
}
LaunchRecorder::~LaunchRecorder() {
  recorder = nullptr;
}
LaunchRecorder* LaunchRecorder::current() {
  return recorder;
}

}  // namespace gs::simulator
