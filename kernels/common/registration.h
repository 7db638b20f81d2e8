// registration.h - how a kernel file adds its variants to the registry of the target being compiled:
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

/// The arithmetic of a variant on tensor cores, by what is stored.
template <class T>
inline constexpr Arithmetic tensor_core_arithmetic = std::is_same_v<T, float> ? Arithmetic::tf32 : Arithmetic::bf16;

}  // namespace gs::GS_TARGET
