// onednn_compat.h - differences between oneDNN 2 and 3. oneDNN 3 has no operation descriptors, takes the engine first
// in primitive descriptors, and has no scale in eltwise post-ops.
#pragma once
#include <dnnl.hpp>
#include <tuple>

namespace gs::onednn {

/// A primitive descriptor of `Primitive` with these attributes; empty if oneDNN has no implementation.
/// `arguments` are the operation's, in the order of both versions. `hint` is std::tuple<>() for a
/// forward operation and std::tie(forward descriptor) for its gradients.
template <class Primitive, class... Hint, class... Arguments>
typename Primitive::primitive_desc describe(const dnnl::engine& engine, const dnnl::primitive_attr& attributes,
                                            const std::tuple<Hint&...>& hint, const Arguments&... arguments) {
  constexpr bool allow_empty = true;
  const auto make = [&](Hint&... h) {
#if DNNL_VERSION_MAJOR >= 3
    return typename Primitive::primitive_desc(engine, arguments..., h..., attributes, allow_empty);
#else
    return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), attributes, engine, h...,
                                              allow_empty);
#endif
  };
  return std::apply(make, hint);
}

/// Appends an element-wise function to a primitive's post-ops.
inline void append_eltwise(dnnl::post_ops& operations, dnnl::algorithm function, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  operations.append_eltwise(function, alpha, beta);
#else
  operations.append_eltwise(1.0f, function, alpha, beta);
#endif
}

}  // namespace gs::onednn
