# The simulator's tests for aarch64: compiled by Debian's cross compiler, run under qemu. The test of the build compiles
# few and large files, since most of the time goes into headers.
set(gs_aarch64_root /usr/aarch64-linux-gnu)
find_program(GRIDSTRIDE_AARCH64_COMPILER aarch64-linux-gnu-g++)
find_program(GRIDSTRIDE_AARCH64_QEMU qemu-aarch64)
find_path(GRIDSTRIDE_GOOGLETEST_SOURCES src/gtest-all.cc PATHS /usr/src/googletest/googletest)
set(gs_aarch64_missing "")
foreach(part "COMPILER g++-aarch64-linux-gnu" "QEMU qemu-user")
  separate_arguments(part)
  list(GET part 0 name)
  list(GET part 1 package)
  if(NOT GRIDSTRIDE_AARCH64_${name})
    string(APPEND gs_aarch64_missing " ${package}")
  endif()
endforeach()
if(NOT GRIDSTRIDE_GOOGLETEST_SOURCES)
  string(APPEND gs_aarch64_missing " googletest")
endif()

if(gs_aarch64_missing OR CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  # On aarch64 test_sim and test_sim_check are these tests.
  set(why "not built for aarch64; to test it: apt-get install${gs_aarch64_missing}")
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    set(why "not built for aarch64 again: this machine is one")
  endif()
  add_test(NAME aarch64/sim COMMAND "${CMAKE_COMMAND}" -E echo "${why}")
  set_tests_properties(aarch64/sim PROPERTIES LABELS aarch64 SKIP_REGULAR_EXPRESSION "^not built for aarch64")
  return()
endif()

set(build "${CMAKE_CURRENT_BINARY_DIR}/aarch64")
add_test(NAME aarch64/build
         COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DBUILD=${build}"
                 -P "${CMAKE_CURRENT_SOURCE_DIR}/aarch64/build.cmake")
set_tests_properties(aarch64/build PROPERTIES LABELS aarch64 PROCESSORS 2 TIMEOUT 1200 FIXTURES_SETUP aarch64)
# Without the tests that start a program for aarch64 themselves, which qemu-user cannot.
foreach(program "sim Launch.a_stack_that_overflows_ends_the_program_instead_of_spoiling_another" "sim_check CheckProgram.*")
  separate_arguments(program)
  list(GET program 0 name)
  list(GET program 1 left_out)
  add_test(NAME aarch64/${name} COMMAND "${GRIDSTRIDE_AARCH64_QEMU}" -L ${gs_aarch64_root} "${build}/tests/test_${name}"
                                        --gtest_brief=1 "--gtest_filter=-${left_out}")
  set_tests_properties(aarch64/${name} PROPERTIES LABELS aarch64 TIMEOUT 600 FIXTURES_REQUIRED aarch64
                       ENVIRONMENT "GOMP_SPINCOUNT=1000")
endforeach()
