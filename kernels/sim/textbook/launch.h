// launch.h - kernel<<<grid, block, shared bytes, stream>>>(arguments) as a call of a function.
#pragma once
#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/sim/device_memory.h"
#include "kernels/sim/runtime.h"

struct CUevent_st;
using cudaStream_t = CUstream_st*;
using cudaEvent_t = CUevent_st*;

namespace gs::textbook {

using simulator::dim3;

/// The four values between <<< and >>>, and the line of the launch.
struct Configuration {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  cudaStream_t stream = nullptr;
  source_location where;
};
inline Configuration configuration(dim3 grid, dim3 block, std::size_t shared_bytes = 0, cudaStream_t stream = nullptr,
                                   source_location where = source_location::current()) {
  return {grid, block, shared_bytes, stream, where};
}

/// A pointer among a launch's arguments, and the size of what it points to (0: void).
struct PointerArgument {
  std::size_t index;
  const void* value;
  std::size_t element_bytes;
};

/// Runs the kernel. A launch that CUDA refuses sets the error that cudaGetLastError() returns; a kernel that breaks a
/// rule ends the program with a message.
void run(const char* kernel, const Configuration&, simulator::Invoke, void* arguments, std::size_t argument_bytes,
         const PointerArgument* pointers, std::size_t pointer_count);

namespace detail {
template <class Kernel, class... Arguments>
struct Call {
  Kernel kernel;
  std::tuple<Arguments...> arguments;
  static void invoke(void* self) {
    auto& call = *static_cast<Call*>(self);
    std::apply(call.kernel, call.arguments);
  }
};

template <class T>
std::size_t size_of_pointee() {
  if constexpr (std::is_void_v<T>)
    return 0;
  else
    return sizeof(T);
}
}  // namespace detail

/// Called with a launch's arguments, runs it. `kernel`: a function object that passes its arguments on, so that they
/// decide about the kernel's template arguments as in a call.
template <class Kernel>
auto launch(const char* name, Kernel kernel, const Configuration& configuration) {
  return [name, kernel, configuration](auto... arguments) {
    PointerArgument pointers[sizeof...(arguments) + 1];
    std::size_t count = 0, index = 0;
    const auto look_at = [&](const auto& argument) {
      using Argument = std::remove_cvref_t<decltype(argument)>;
      if constexpr (std::is_pointer_v<Argument>)
        if constexpr (!std::is_function_v<std::remove_pointer_t<Argument>>)
          pointers[count++] = {index, (const void*)argument,
                               detail::size_of_pointee<std::remove_pointer_t<Argument>>()};
      ++index;
    };
    (look_at(arguments), ...);
    detail::Call<Kernel, decltype(arguments)...> call{kernel, {arguments...}};
    run(name, configuration, &call.invoke, &call, sizeof call, pointers, count);
  };
}

/// `extern __shared__ T name[]`: becomes a pointer of the wanted type.
struct DynamicShared {
  const char* name;
  template <class T>
  operator T*() const {
    simulator::name_dynamic_shared(name, detail::size_of_pointee<T>());
    return static_cast<T*>(simulator::dynamic_shared());
  }
};
/// The same outside of functions, where an initial value cannot know the block.
template <class T>
struct DynamicSharedOfFile {
  const char* name;
  operator T*() const { return DynamicShared{name}; }
  T* operator+(std::ptrdiff_t n) const { return static_cast<T*>(*this) + n; }
};

/// Tells the checker of a __shared__ array: its name, its extents, the size of an element.
void name_shared(const char* name, const void* begin, std::size_t bytes, std::size_t element_bytes,
                 const std::size_t* extents, std::size_t dimensions);
template <class T>
[[gnu::no_sanitize("thread"), gnu::no_sanitize_coverage]] void shared_variable([[maybe_unused]] const char* name,
                                                                               [[maybe_unused]] T& variable) {
#ifdef GS_INSTRUMENTED
  static bool told = false;
  if (told) return;
  told = true;
  std::size_t extents[4] = {};
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    ((extents[i] = std::extent_v<T, i>), ...);
  }
  (std::make_index_sequence<std::min<std::size_t>(std::rank_v<T>, 4)>());
  name_shared(name, (const void*)&variable, sizeof variable, sizeof(std::remove_all_extents_t<T>), extents,
              std::rank_v<T>);
#endif
}

/// A __device__, __constant__ or __managed__ variable of the file is GPU memory.
struct DeviceVariable {
  template <class T>
  DeviceVariable(const char* name, T& variable, bool managed = false)
      : DeviceVariable(name, (const void*)&variable, sizeof variable, sizeof(std::remove_all_extents_t<T>), managed,
                       !std::is_array_v<T>) {}
  DeviceVariable(const char* name, const void* begin, std::size_t bytes, std::size_t element_bytes, bool managed,
                 bool no_array);
};

/// A __shared__ variable outside of functions.
struct SharedVariable {
  template <class T>
  SharedVariable(const char* name, T& variable) {
    shared_variable(name, variable);
  }
};

/// The names of a kernel's parameters, in order, separated by commas: "a,out,n".
struct KernelParameters {
  KernelParameters(const char* kernel, const char* names);
};

}  // namespace gs::textbook
