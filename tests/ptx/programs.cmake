# nvcc's kernels, run without a GPU: label ptx. The interpreter (kernels/ptx) and the simulated CUDA runtime
# (engine/simulated_cuda) replace the GPU; without nvcc these tests are skipped.
if(NOT GRIDSTRIDE_WITH_CUDA)
  add_test(NAME ptx/needs_nvcc COMMAND "${CMAKE_COMMAND}" -E echo "no CUDA toolkit with cuDNN and cuBLASLt")
  set_tests_properties(ptx/needs_nvcc PROPERTIES LABELS ptx SKIP_REGULAR_EXPRESSION "no CUDA toolkit")
  return()
endif()

# The tests of test_gpu on nvcc's kernels, in few CTest tests of many cases each: every process parses the PTX once.
add_executable(test_ptx "${CMAKE_CURRENT_LIST_DIR}/put_in_fault.cpp" "${CMAKE_CURRENT_LIST_DIR}/gpus_test.cpp")
target_include_directories(test_ptx SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
target_link_libraries(test_ptx PRIVATE gridstride_tests_of_a_gpu gridstride_kernel_tests_of_a_gpu
                      gridstride_cuda_with_ptx_kernels gridstride_test_support gridstride_tools gridstride_kernels)
set(device "CudaDevice*:ProfileOnCuda*")
set(products "*Products*")
set(library "LibraryProducts*")
set(traces "*Trace*")
set(training "*Training*")
# test_simulated_cuda has what would run no other kernels here: engines that let the libraries do most, or choose among
# them and ours; training that goes on after a pause.
set(libraries "*cuda_library*:*cuda_default*")
foreach(part "device ${device}" "library ${library}" "products ${products}:-${library}" "traces ${traces}:-${libraries}"
        "training ${training}:-${libraries}:*ResumedTraining*"
        "kernels_and_programs *:-${device}:${products}:${traces}:${training}")
  string(REGEX MATCH "^[a-z_]+" name "${part}")
  string(REGEX REPLACE "^[a-z_]+ " "" filter "${part}")
  string(REPLACE ":-" "-" filter "${filter}")  # gtest: wanted, one -, unwanted
  add_test(NAME ptx/${name} COMMAND test_ptx "--gtest_filter=${filter}" --gtest_brief=1)
  set_tests_properties(ptx/${name} PROPERTIES LABELS ptx TIMEOUT 1800 ENVIRONMENT "OMP_NUM_THREADS=1")
endforeach()

# Mutation tests: faults injected into the PTX are found.
gridstride_test_program(test_ptx_faults ptx gridstride_sim "${CMAKE_CURRENT_LIST_DIR}/faults_test.cpp"
                        "${CMAKE_CURRENT_SOURCE_DIR}/apps/program.cpp")
target_compile_definitions(test_ptx_faults PRIVATE GRIDSTRIDE_PROGRAM="$<TARGET_FILE:test_ptx>")
add_dependencies(test_ptx_faults test_ptx)

# Whole runs.
gridstride_test_program(test_ptx_programs ptx gridstride_sim "${CMAKE_CURRENT_LIST_DIR}/program_test.cpp"
                        "${CMAKE_CURRENT_SOURCE_DIR}/apps/program.cpp")
target_compile_definitions(test_ptx_programs PRIVATE GRIDSTRIDE_PROGRAM="$<TARGET_FILE:gridstride-ptx>")
add_dependencies(test_ptx_programs gridstride-ptx)

# Warp instructions of each op of a step against bench/instruction_budget.json.
if(GRIDSTRIDE_PYTHON)
  add_test(NAME ptx/instruction_budget COMMAND "${GRIDSTRIDE_PYTHON}" "${PROJECT_SOURCE_DIR}/bench/instruction_budget.py"
           --program "$<TARGET_FILE:gridstride-ptx>")
  set_tests_properties(ptx/instruction_budget PROPERTIES LABELS ptx TIMEOUT 1800)
endif()

# The shipped module, loaded by the shipped program; the CUDA runtime and the driver are stand-ins.
set(version ${CUDAToolkit_VERSION_MAJOR})
add_library(gridstride_stand_in_cudart SHARED EXCLUDE_FROM_ALL
            "${PROJECT_SOURCE_DIR}/engine/simulated_cuda/ptx_kernels.cpp" $<TARGET_OBJECTS:gridstride_simulated_runtime>)
target_include_directories(gridstride_stand_in_cudart SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
target_link_libraries(gridstride_stand_in_cudart PRIVATE gridstride_options gridstride_ptx gridstride_sim fmt::fmt
                      gridstride_cudnn CUDA::cublasLt ${CMAKE_DL_LIBS})
set_target_properties(gridstride_stand_in_cudart PROPERTIES OUTPUT_NAME cudart SUFFIX ".so.${version}"
                      LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/stand_in_cudart")
# The module requires versioned symbols of its libraries; the stand-in's other symbols stay hidden.
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/stand_in_cudart.map"
  "libcudart.so.${version} { global: cuda*; __cuda*; extern \"C++\" { cuda*; }; local: *; };
libcudnn.so.${gs_cudnn_major} { global: cudnn*; };
libcublasLt.so.${version} { global: cublasLt*; };\n")
set_target_properties(gridstride_stand_in_cudart PROPERTIES LINK_DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/stand_in_cudart.map")
target_link_options(gridstride_stand_in_cudart PRIVATE
  "LINKER:--version-script=${CMAKE_CURRENT_BINARY_DIR}/stand_in_cudart.map" "LINKER:-soname,libcudart.so.${version}")
gridstride_test_program(test_ptx_module ptx gridstride_sim "${CMAKE_CURRENT_LIST_DIR}/module_test.cpp"
                        "${CMAKE_CURRENT_SOURCE_DIR}/apps/program.cpp")
target_compile_definitions(test_ptx_module PRIVATE GRIDSTRIDE_PROGRAM="$<TARGET_FILE:gridstride>"
                           GRIDSTRIDE_STAND_IN_CUDART="$<TARGET_FILE:gridstride_stand_in_cudart>"
                           GRIDSTRIDE_STAND_IN_CUDA="${CMAKE_CURRENT_BINARY_DIR}/stand_in_cuda")
add_dependencies(test_ptx_module gridstride gridstride_cuda gridstride_stand_in_cudart stand_in_libcuda)
