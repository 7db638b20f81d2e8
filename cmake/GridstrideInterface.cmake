# gridstride_interface: two checksums, linked into each program and module.
#   gridstride_interface   of the headers that a program and the modules it loads must agree on. A module that was built
#                          from others is refused instead of called (engine/core/load_module.cpp).
#   gridstride_kernels     of the kernels' and libraries' sources, the compilers and the host kernels' flags. Times that
#                          were measured with others do not count (engine/program/tuning_cache.h, engine/profile).
# As a script: cmake -DROOT=... -DTO=interface.cpp -DCOMPILERS=... -P GridstrideInterface.cmake
set(gs_interface_patterns "engine/device/*.h" "engine/library/library.h" "engine/core/*.h" "engine/data/image.h"
    "engine/data/opencv_module.h" "engine/data/picture_form.h" "engine/exchange/exchange_module.h" "engine/net/*.h" "engine/ranks/*.h"
    "kernels/*.h" "kernels/*/*.h")
set(gs_kernel_patterns "kernels/*/*.cu" "kernels/*/*.h" "kernels/CMakeLists.txt" "cmake/GridstrideCuda.cmake"
    "cmake/GridstrideArchitectures.cmake" "engine/library/*.cpp" "engine/library/*.h")
set(gs_other_files "/(kernels/(sim|ptx)|engine/library/(simulated_|default_choice|mpi_|nccl_))")  # they make no kernel faster
if(CMAKE_SCRIPT_MODE_FILE)
  function(gs_checksum variable)
    list(TRANSFORM ARGN PREPEND "${ROOT}/")
    file(GLOB files ${ARGN})
    list(SORT files)
    set(sums "")
    if(variable STREQUAL "kernels")
      list(FILTER files EXCLUDE REGEX "${gs_other_files}")
      set(sums "${COMPILERS}")
    endif()
    foreach(file ${files})
      file(SHA256 "${file}" sum)
      string(APPEND sums "${sum}")
    endforeach()
    string(SHA256 sum "${sums}")
    set(${variable} "${sum}" PARENT_SCOPE)
  endfunction()
  gs_checksum(interface ${gs_interface_patterns})
  gs_checksum(kernels ${gs_kernel_patterns})
  set(text "extern \"C\" {\n")
  foreach(name interface kernels)
    string(APPEND text "extern const char gridstride_${name}[];\nconst char gridstride_${name}[] = \"${${name}}\";\n")
  endforeach()
  file(WRITE "${TO}" "${text}}\n")
  return()
endif()
set(gs_interface_patterns ${gs_interface_patterns} ${gs_kernel_patterns})
list(TRANSFORM gs_interface_patterns PREPEND "${PROJECT_SOURCE_DIR}/")
file(GLOB gs_interface_files CONFIGURE_DEPENDS ${gs_interface_patterns})
set(gs_interface_file "${PROJECT_BINARY_DIR}/interface.cpp")
string(JOIN " " gs_compilers "${CMAKE_CXX_COMPILER_ID}" "${CMAKE_CXX_COMPILER_VERSION}" "${CMAKE_CUDA_COMPILER_VERSION}"
       "${CMAKE_BUILD_TYPE}" ${GRIDSTRIDE_HOST_KERNEL_FLAGS})
add_custom_command(OUTPUT "${gs_interface_file}" VERBATIM
  COMMAND "${CMAKE_COMMAND}" "-DROOT=${PROJECT_SOURCE_DIR}" "-DTO=${gs_interface_file}" "-DCOMPILERS=${gs_compilers}"
          -P "${CMAKE_CURRENT_LIST_FILE}"
  DEPENDS ${gs_interface_files} "${CMAKE_CURRENT_LIST_FILE}")
add_library(gridstride_interface OBJECT "${gs_interface_file}")
