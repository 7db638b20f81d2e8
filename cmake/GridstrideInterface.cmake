# gridstride_interface: a checksum of the headers that a program and the modules it loads must agree on, linked into each
# of them. A module that was built from others is refused instead of called (engine/core/load_module.cpp).
# As a script: cmake -DROOT=... -DTO=interface.cpp -P GridstrideInterface.cmake
set(gs_interface_patterns "engine/device/*.h" "engine/library/library.h" "engine/core/*.h" "engine/data/image.h"
    "engine/data/opencv_module.h" "kernels/*.h" "kernels/*/*.h")
if(CMAKE_SCRIPT_MODE_FILE)
  list(TRANSFORM gs_interface_patterns PREPEND "${ROOT}/")
  file(GLOB headers ${gs_interface_patterns})
  list(SORT headers)
  set(sums "")
  foreach(header ${headers})
    file(SHA256 "${header}" sum)
    string(APPEND sums "${sum}")
  endforeach()
  string(SHA256 sum "${sums}")
  file(WRITE "${TO}" "extern \"C\" {\nextern const char gridstride_interface[];\nconst char gridstride_interface[] = \"${sum}\";\n}\n")
  return()
endif()
list(TRANSFORM gs_interface_patterns PREPEND "${PROJECT_SOURCE_DIR}/")
file(GLOB gs_interface_headers CONFIGURE_DEPENDS ${gs_interface_patterns})
set(gs_interface_file "${PROJECT_BINARY_DIR}/interface.cpp")
add_custom_command(OUTPUT "${gs_interface_file}" VERBATIM
  COMMAND "${CMAKE_COMMAND}" "-DROOT=${PROJECT_SOURCE_DIR}" "-DTO=${gs_interface_file}" -P "${CMAKE_CURRENT_LIST_FILE}"
  DEPENDS ${gs_interface_headers} "${CMAKE_CURRENT_LIST_FILE}")
add_library(gridstride_interface OBJECT "${gs_interface_file}")
