# gridstride_precompile(target header...): the headers are parsed once for the target and are in front of each of its
# files. Only headers of libraries and the standard library: those that do not change.
function(gridstride_precompile target)
  set(headers "")
  foreach(header ${ARGN})
    list(APPEND headers "<${header}>")
  endforeach()
  target_precompile_headers(${target} PRIVATE ${headers})
  # A compiler cache then sees the macros of the headers (and needs CCACHE_SLOPPINESS=pch_defines,time_macros).
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
endfunction()

# gridstride_host_code(target): what plans and calls kernels, which have options of their own. -O2 would take a third more
# of the compiler's time. The headers are parsed for the engine and serve what is built on it.
function(gridstride_host_code target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  gridstride_unity(${target})
  if(target STREQUAL "gridstride_engine")
    gridstride_precompile(${target} algorithm cmath cstdint filesystem fstream functional map memory optional string
                          variant vector fmt/format.h fmt/ranges.h nlohmann/json.hpp)
  else()
    target_precompile_headers(${target} REUSE_FROM gridstride_engine)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  endif()
endfunction()

# gridstride_unity(target): with GRIDSTRIDE_UNITY, the files of a folder are compiled as one. The headers and templates that
# they share are then compiled once; a name in an unnamed namespace must be the only one of its kind in the folder.
function(gridstride_unity target)
  get_target_property(files ${target} SOURCES)
  foreach(file ${files})
    cmake_path(GET file PARENT_PATH folder)
    set_source_files_properties("${file}" PROPERTIES UNITY_GROUP "${folder}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${GRIDSTRIDE_UNITY} UNITY_BUILD_MODE GROUP)
endfunction()
