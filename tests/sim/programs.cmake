# The simulator's test programs: plain, on the portable fibers, with AddressSanitizer, under the race checker. They need
# the runtime and their own kernels, but neither the engine nor the registry.
file(GLOB gs_sim_test_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sim/*.cpp")
file(GLOB gs_sim_test_kernels CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sim/*.cu")
foreach(build host sim asan check)
  gridstride_kernel_objects(sim_test_kernels_${build} ${build} ${gs_sim_test_kernels})
endforeach()

foreach(fibers "" _ucontext)
  gridstride_test_program(test_sim${fibers} sim gridstride_sim${fibers} ${gs_sim_test_files}
                          $<TARGET_OBJECTS:sim_test_kernels_host> $<TARGET_OBJECTS:sim_test_kernels_sim>)
endforeach()
foreach(build asan check)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sim/${build}/*.cpp")
  gridstride_test_program(test_sim_${build} sim-${build} gridstride_sim ${files}
                          $<TARGET_OBJECTS:sim_test_kernels_host> $<TARGET_OBJECTS:sim_test_kernels_${build}>)
endforeach()
target_link_options(test_sim_asan PRIVATE -fsanitize=address)
target_sources(test_sim_check PRIVATE $<TARGET_OBJECTS:gridstride_sim_check>)

# Exit status of gridstride-check with broken kernels.
add_executable(sim_check_exit sim/check_exit/main.cpp "${PROJECT_SOURCE_DIR}/apps/check/report_at_exit.cpp"
               $<TARGET_OBJECTS:sim_test_kernels_check> $<TARGET_OBJECTS:gridstride_sim_check>)
target_link_libraries(sim_check_exit PRIVATE gridstride_sim)
add_dependencies(test_sim_check sim_check_exit)
target_compile_definitions(test_sim_check PRIVATE GRIDSTRIDE_CHECK_EXIT_PROGRAM="$<TARGET_FILE:sim_check_exit>")

add_test(NAME sim/kernels_include_no_cuda_header
         COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER} -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
                 -P "${CMAKE_CURRENT_SOURCE_DIR}/sim/no_toolkit_headers.cmake")
set_tests_properties(sim/kernels_include_no_cuda_header PROPERTIES LABELS sim)

if(GRIDSTRIDE_WITH_CUDA)
  # The toolkit's own half and bfloat16, for the comparison value for value.
  target_include_directories(test_sim SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_compile_definitions(test_sim PRIVATE GRIDSTRIDE_COMPARE_WITH_CUDA_HEADERS)
endif()
