# Finds oneDNN 2.6 or newer as DNNL::dnnl, by its header and library: Debian's dnnl-config.cmake requires OpenCL's
# development files, which only oneDNN's GPU interface needs.
find_path(GRIDSTRIDE_ONEDNN_INCLUDE NAMES oneapi/dnnl/dnnl.hpp)
find_library(GRIDSTRIDE_ONEDNN_LIBRARY NAMES dnnl)
if(NOT GRIDSTRIDE_ONEDNN_INCLUDE OR NOT GRIDSTRIDE_ONEDNN_LIBRARY)
  message(FATAL_ERROR "Gridstride needs oneDNN: apt-get install libdnnl-dev (or -DGRIDSTRIDE_ONEDNN=OFF)")
endif()

file(STRINGS "${GRIDSTRIDE_ONEDNN_INCLUDE}/oneapi/dnnl/dnnl_version.h" gs_lines REGEX "define DNNL_VERSION_(MAJOR|MINOR) ")
string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" gs_onednn_version "${gs_lines}")
if(gs_onednn_version VERSION_LESS 2.6)
  message(FATAL_ERROR "oneDNN ${gs_onednn_version} is too old: 2.6 or newer is needed (or -DGRIDSTRIDE_ONEDNN=OFF)")
endif()
message(STATUS "oneDNN ${gs_onednn_version}: ${GRIDSTRIDE_ONEDNN_LIBRARY}")

add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES
  IMPORTED_LOCATION "${GRIDSTRIDE_ONEDNN_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${GRIDSTRIDE_ONEDNN_INCLUDE}")
