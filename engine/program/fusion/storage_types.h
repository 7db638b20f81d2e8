// storage_types.h - for rules over ops that are templates over the stored type.
#pragma once
#include "kernels/common/bf16.h"

namespace gs {

template <class Rule>
void for_each_storage_type(Rule rule) {
  rule(float());
  rule(bf16());
}

}  // namespace gs
