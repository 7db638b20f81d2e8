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
