// no_rooms.cpp - in the place of the kernels for cpu and sim, in a build that leaves them out (GRIDSTRIDE_HURRY).
#include "kernels/common/check.h"
#include "kernels/rooms.h"

namespace gs {
namespace {

[[noreturn]] const Rooms& missing(const char* device) {
  throw Error(std::string("this build has no kernels for the device ") + device +
              ": it was configured with -DGRIDSTRIDE_HURRY=ON");
}

}  // namespace

const Rooms& host::rooms() {
  missing("cpu");
}
const Rooms& sim::rooms() {
  missing("sim");
}

}  // namespace gs
