// registration.h - adds a kernel file's variants to the registry of the target being compiled:
//
//   template <class T>
//   void add_variants(Registry& registry) {
//     registry.add<LrnForward<T>>({.name = "element", .rank = 1, .launch = &forward_element<T>});
//   }
//   const Registration registration(&add_variants<float>, &add_variants<bf16>);
#pragma once
#include "kernels/common/registry.h"

namespace gs::GS_TARGET {

/// A constant of this type in a kernel file calls its functions before main() begins.
struct Registration {
  template <class... Add>
  explicit Registration(Add... add) {
    (add(registry()), ...);
  }
};

/// Arithmetic of a tensor-core variant whose activations are stored as T.
template <class T>
inline constexpr Arithmetic tensor_core_arithmetic = std::is_same_v<T, float> ? Arithmetic::tf32 : Arithmetic::bf16;

}  // namespace gs::GS_TARGET
