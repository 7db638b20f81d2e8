# Fails if a kernel file, compiled for the CPU, includes a header of the CUDA toolkit: it would not build on a machine
# without one. Run by ctest as  cmake -D COMPILER=... -D SOURCE_DIR=... -P no_toolkit_headers.cmake
file(GLOB kernels "${SOURCE_DIR}/kernels/*.cu" "${SOURCE_DIR}/kernels/*/*.cu" "${SOURCE_DIR}/tests/sim/*.cu")
list(LENGTH kernels count)
if(count EQUAL 0)
  message(FATAL_ERROR "no kernel files under ${SOURCE_DIR}")
endif()
foreach(kernel IN LISTS kernels)
  execute_process(COMMAND ${COMPILER} -std=c++20 -I${SOURCE_DIR} -DGS_TARGET=sim -x c++ -M ${kernel}
                  OUTPUT_VARIABLE headers RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${kernel} does not compile")
  endif()
  string(REGEX MATCHALL
         "[^ \\\n]*(/cuda[^/ ]*/|/(cuda|cublas|cudnn|device_|vector_|driver_|host_|mma|nv)[A-Za-z0-9_]*\\.(h|hpp))[^ \\\n]*" suspects "${headers}")
  foreach(suspect IN LISTS suspects)
    string(FIND "${suspect}" "${SOURCE_DIR}/" own)
    if(NOT own EQUAL 0)  # cuda_language.h and its like are ours
      message(FATAL_ERROR "${kernel} includes ${suspect}")
    endif()
  endforeach()
endforeach()
message(STATUS "${count} kernel files include no header of the CUDA toolkit")
