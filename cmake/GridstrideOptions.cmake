# The language standard, the warnings and the optimisation that every target shares.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug or Release" FORCE)
endif()
# A compiler cache, if installed. It sees the project's paths relative to the build folder, so that other clones and
# build folders share its entries.
find_program(GRIDSTRIDE_CCACHE ccache)
if(GRIDSTRIDE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros "${GRIDSTRIDE_CCACHE}")
  if(NOT DEFINED CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")  # asserts stay: they cost nothing outside the kernels

add_library(gridstride_options INTERFACE)
target_include_directories(gridstride_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(gridstride_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wno-missing-field-initializers>)
# GCC 12 warns of overlapping copies and overflows inside std::string that cannot happen (its bugs 105651 and 105329).
target_compile_options(gridstride_options INTERFACE
  "$<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds>")
if(GRIDSTRIDE_WARNINGS_AS_ERRORS)
  target_compile_options(gridstride_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()

# GRIDSTRIDE_SANITIZERS, for the engine, what is built on it, and what of the kernels runs on the host. A finding ends the
# program: UndefinedBehaviorSanitizer alone would only print it. The simulated kernels have instrumented builds of their own.
add_library(gridstride_sanitizers INTERFACE)
if(GRIDSTRIDE_SANITIZERS)
  list(JOIN GRIDSTRIDE_SANITIZERS "," gs_sanitizers)
  target_compile_options(gridstride_sanitizers INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${gs_sanitizers};-fno-sanitize-recover=all;-fno-omit-frame-pointer>")
  target_link_options(gridstride_sanitizers INTERFACE "-fsanitize=${gs_sanitizers}")
endif()

# Kernels on the CPU: vector code. sqrtf vectorises only without errno; no -ffast-math, NaN must survive.
#   native   for this machine
#   any      for x86-64-v2 in the program, and for x86-64-v3 and -v4 in modules of which it loads the one that fits
set(GRIDSTRIDE_CPU "native" CACHE STRING "Vectors of the cpu kernels: native (this machine's), or any (chosen when the program runs)")
set_property(CACHE GRIDSTRIDE_CPU PROPERTY STRINGS native any)
set(GRIDSTRIDE_HOST_KERNEL_FLAGS -O3 -fno-math-errno -fno-trapping-math)
set(GRIDSTRIDE_CPU_MODULES "")
if(GRIDSTRIDE_CPU STREQUAL "any")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$" AND NOT GRIDSTRIDE_HURRY)
    set(GRIDSTRIDE_CPU_MODULES v3 v4)
    list(APPEND GRIDSTRIDE_HOST_KERNEL_FLAGS -march=x86-64-v2)
  endif()
elseif(NOT GRIDSTRIDE_CPU STREQUAL "native")
  message(FATAL_ERROR "GRIDSTRIDE_CPU=${GRIDSTRIDE_CPU}: must be native or any")
elseif(NOT CMAKE_CROSSCOMPILING)
  list(APPEND GRIDSTRIDE_HOST_KERNEL_FLAGS -march=native)
endif()
