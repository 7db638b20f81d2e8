# Several processes on this machine, started by MPI's own launcher: test_ranks is one GoogleTest program, which all of
# them run; the scripts start `gridstride train`.
if(NOT GRIDSTRIDE_MPI OR GRIDSTRIDE_SANITIZERS MATCHES "address")  # MPI's libraries hold memory at their end
  return()
endif()
file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
add_executable(test_ranks ${files} "${CMAKE_CURRENT_SOURCE_DIR}/support/simulator_in_tests.cpp")
target_link_libraries(test_ranks PRIVATE gridstride_test_settings gridstride_models gridstride_kernels)
add_dependencies(test_ranks gridstride_mpi)
gridstride_unity(test_ranks)
add_executable(time_ranks EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/bench/time_ranks.cpp")
target_link_libraries(time_ranks PRIVATE gridstride_engine gridstride_kernels)
add_dependencies(time_ranks gridstride_mpi)
# More ranks than cores, and also as root: as in a container of CI.
set(gs_mpi_environment OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    OMPI_MCA_hwloc_base_binding_policy=none GOMP_SPINCOUNT=1000)
set(gs_tests_of_2 "*")
set(gs_tests_of_3 "-*OwnKernels*:*Vgg*")
set(gs_tests_of_4 "-TraceOfRanks*")
foreach(ranks 2 3 4)
  add_test(NAME ranks/${ranks}_processes COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
           $<TARGET_FILE:test_ranks> --gtest_brief=1 "--gtest_filter=${gs_tests_of_${ranks}}")
  set_tests_properties(ranks/${ranks}_processes PROPERTIES LABELS ranks TIMEOUT 600 PROCESSORS 2
                       ENVIRONMENT "${gs_mpi_environment}")
endforeach()
if(GRIDSTRIDE_NCCL)  # the cuda device of each process, with a stand-in for NCCL between them
  add_test(NAME ranks/on_simulated_gpus
           COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} 2 $<TARGET_FILE:gridstride-simulated-cuda> train lenet
                   --device cuda --impl own --base 2 --image-size 16 --train-size 29 --val-size 10 --batch 3 --epochs 2
                   --threads 1 --quiet --overwrite --out "${CMAKE_CURRENT_BINARY_DIR}/run-on-simulated-gpus")
  set_tests_properties(ranks/on_simulated_gpus PROPERTIES LABELS ranks TIMEOUT 300 PROCESSORS 2
                       FAIL_REGULAR_EXPRESSION "simulated" ENVIRONMENT "${gs_mpi_environment}")
endif()
file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*_test.py")
foreach(file ${files})
  cmake_path(GET file STEM name)
  if(GRIDSTRIDE_PYTHON)
    add_test(NAME ranks/${name} COMMAND "${GRIDSTRIDE_PYTHON}" "${file}")
    set_tests_properties(ranks/${name} PROPERTIES LABELS ranks TIMEOUT 900 PROCESSORS 2
      ENVIRONMENT "${gs_mpi_environment};GRIDSTRIDE_PROGRAM=$<TARGET_FILE:gridstride>")
    set_property(TEST ranks/${name} APPEND PROPERTY ENVIRONMENT "GRIDSTRIDE_MPIEXEC=${MPIEXEC_EXECUTABLE}")
  endif()
endforeach()
