// no_kernels.cpp - replaces the kernels for cpu and sim in a build without them (GRIDSTRIDE_HURRY).
#include "kernels/common/check.h"
#include "kernels/common/registry.h"
#include "kernels/vectors.h"

namespace gs {
namespace {

[[noreturn]] Registry& missing(const char* device) {
  throw Error(std::string("this build has no kernels for the device ") + device +
              ": it was configured with -DGRIDSTRIDE_HURRY=ON");
}

}  // namespace

Registry& host::registry() {
  missing("cpu");
}
std::string_view host::vectors() {
  return "none";
}
Registry& sim::registry() {
  missing("sim");
}

}  // namespace gs
