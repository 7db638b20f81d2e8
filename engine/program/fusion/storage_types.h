// storage_types.h - applies a rule to both storage types, for ops that are templates over them.
#pragma once
#include "kernels/common/bf16.h"

namespace gs {

template <class Rule>
void for_each_storage_type(Rule rule) {
  rule(float());
  rule(bf16());
}

}  // namespace gs
