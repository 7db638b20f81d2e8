// registry.cu - the variants of all ops on the target being compiled.
#include "kernels/common/registry.h"

namespace gs {

Registry& GS_TARGET::registry() {
  static Registry variants(Target::GS_TARGET);  // created by the first registration
  return variants;
}

}  // namespace gs
