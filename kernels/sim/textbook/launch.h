// launch.h - kernel<<<grid, block, shared bytes, stream>>>(arguments) as a call of a function.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

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

/// A kernel for run(). `address`: null if it is a template whose arguments cannot be known from outside.
struct KernelName {
  const char* name;
  const void* address;
};

/// Runs the kernel. A launch that CUDA refuses sets the error that cudaGetLastError() returns; a kernel that breaks a
/// rule ends the program with a message.
void run(KernelName, const Configuration&, simulator::Invoke, void* arguments, std::size_t argument_bytes,
         const PointerArgument* pointers, std::size_t pointer_count);

/// A launch has ended, and next the copies of its arguments are destroyed, which hold these bytes.
void copies_will_be_destroyed(const void* arguments, std::size_t bytes, source_location launch);

namespace detail {
template <class T>
std::size_t size_of_pointee() {
  if constexpr (std::is_void_v<T>)
    return 0;
  else
    return sizeof(T);
}

/// The pointers among a launch's arguments.
template <class... Arguments>
struct Pointers {
  PointerArgument list[sizeof...(Arguments) + 1];
  std::size_t count = 0;

  explicit Pointers(const Arguments&... arguments) {
    std::size_t index = 0;
    (look_at(index++, arguments), ...);
  }
  template <class T>
  void look_at(std::size_t index, const T& argument) {
    if constexpr (std::is_pointer_v<T>)
      if constexpr (!std::is_function_v<std::remove_pointer_t<T>>)
        list[count++] = {index, (const void*)argument, size_of_pointee<std::remove_pointer_t<T>>()};
  }
};

/// An object's bytes. A GPU gets a launch's arguments like this: constructors and destructors run on the host only.
template <class T>
struct Bytes {
  alignas(T) unsigned char bytes[sizeof(T)];
  explicit Bytes(const T& object) { std::memcpy(bytes, (const void*)&object, sizeof(T)); }
  T& object() { return reinterpret_cast<T&>(bytes); }
};

/// A class that the C++ ABI passes to a function by the address of a copy that the caller makes and destroys.
template <class T>
constexpr bool passed_by_address = (std::is_copy_constructible_v<T> && !std::is_trivially_copy_constructible_v<T>) ||
                                   (std::is_move_constructible_v<T> && !std::is_trivially_move_constructible_v<T>) ||
                                   !std::is_trivially_destructible_v<T>;
/// The same for the machine as T, but each thread gets a copy of the bytes, and no constructor or destructor runs.
template <class T>
using Passed = std::conditional_t<passed_by_address<T>, Bytes<T>&&, T>;
template <class T>
Passed<T> pass(Bytes<T>& argument, Bytes<T>&& copy) {
  if constexpr (passed_by_address<T>)
    return std::move(copy);
  else
    return argument.object();
}

/// A launch of a kernel whose parameters have these types.
template <class... Parameters>
struct TypedCall {
  void (*kernel)(Passed<Parameters>...);
  std::tuple<Bytes<Parameters>...> arguments;
  static void invoke(void* self) {
    auto& call = *static_cast<TypedCall*>(self);
    std::apply([&](auto&... argument) { call.kernel(pass(argument, Bytes(argument))...); }, call.arguments);
  }
};
template <class... Parameters>
void run_typed(const char* name, void (*kernel)(Parameters...), const Configuration& configuration,
               const Parameters&... arguments) {
  const Pointers<Parameters...> pointers(arguments...);
  TypedCall<Parameters...> call{reinterpret_cast<void (*)(Passed<Parameters>...)>(kernel),
                                {Bytes<Parameters>(arguments)...}};
  run({name, (const void*)kernel}, configuration, &call.invoke, &call, sizeof call, pointers.list, pointers.count);
  if constexpr ((!std::is_trivially_destructible_v<Parameters> || ...))
    copies_will_be_destroyed(&call.arguments, sizeof call.arguments, configuration.where);
}

/// A launch of a template whose arguments the call decides.
template <class Kernel, class... Arguments>
struct DeducedCall {
  Kernel kernel;
  std::tuple<Arguments...> arguments;
  static void invoke(void* self) {
    auto& call = *static_cast<DeducedCall*>(self);
    std::apply(call.kernel, call.arguments);
  }
};

/// Passed to a `kernel` of launch(), asks for the kernel's address.
struct AskAddress {
  static constexpr bool calls = false;
  template <class... Parameters>
  auto operator()(void (*kernel)(Parameters...)) const {
    return kernel;
  }
};
/// The same for a template of which the instance for these parameters is meant. With arguments behind it, it calls the
/// kernel if there is no such instance.
template <class... Parameters>
struct AskInstance {
  static constexpr bool calls = true;
  auto operator()(void (*kernel)(Parameters...)) const { return kernel; }
};

/// Launches that are waiting for their arguments, of one place in the program: an argument may launch, too.
template <class Kernel>
struct Waiting {
  struct Launch {
    const char* name;
    Kernel kernel;
    Configuration configuration;
  };
  static inline std::vector<Launch> launches;
};
template <class Kernel, class... Parameters>
void run_waiting(Parameters... arguments) {
  const auto launch = Waiting<Kernel>::launches.back();
  Waiting<Kernel>::launches.pop_back();
  run_typed(launch.name, launch.kernel(AskAddress()), launch.configuration, arguments...);
}
template <class Kernel, class... Parameters>
auto typed_launch(void (*)(Parameters...)) {
  return &run_waiting<Kernel, Parameters...>;
}
}  // namespace detail

/// Called with a launch's arguments, runs it. `kernel` passes the kernel's name on to what asks for its address; if
/// there is no address, it calls the kernel, so that the arguments decide about the kernel's template arguments as in a
/// call.
template <class Kernel>
auto launch_with_defaults(const char* name, Kernel kernel, const Configuration& configuration) {
  return [name, kernel, configuration](auto... arguments) {
    using Instance = detail::AskInstance<decltype(arguments)...>;
    if constexpr (!std::is_void_v<decltype(kernel(Instance(), arguments...))>) {
      detail::run_typed(name, kernel(Instance(), arguments...), configuration, arguments...);
    } else {
      const detail::Pointers<decltype(arguments)...> pointers(arguments...);
      const auto call_kernel = [kernel](auto... copies) { kernel(Instance(), copies...); };
      detail::DeducedCall<decltype(call_kernel), decltype(arguments)...> call{call_kernel, {arguments...}};
      run({name, nullptr}, configuration, &call.invoke, &call, sizeof call, pointers.list, pointers.count);
    }
  };
}

/// The same for a kernel without default arguments. Where its address is known, a pointer to a function with the
/// kernel's parameters is returned: arguments are converted as in a call, and the compiler's messages are those of one.
template <class Kernel>
auto launch(const char* name, Kernel kernel, const Configuration& configuration) {
  if constexpr (std::is_void_v<decltype(kernel(detail::AskAddress()))>) {
    return launch_with_defaults(name, kernel, configuration);
  } else {
    detail::Waiting<Kernel>::launches.push_back({name, kernel, configuration});
    return detail::typed_launch<Kernel>(kernel(detail::AskAddress()));
  }
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
/// `Call`: another type at each call, so that `told` is of one variable.
template <class T, class Call = decltype([] {})>
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
