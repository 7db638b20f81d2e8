# GTest::gtest and GTest::gtest_main: the library as it is installed; for another processor, which has none installed,
# compiled from the sources that Debian's package brings.
if(NOT CMAKE_CROSSCOMPILING)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(FATAL_ERROR "Gridstride's tests need GoogleTest: apt-get install libgtest-dev (or -DGRIDSTRIDE_TESTS=OFF)")
  endif()
  return()
endif()
find_path(GRIDSTRIDE_GOOGLETEST_SOURCES src/gtest-all.cc PATHS /usr/src/googletest/googletest NO_CMAKE_FIND_ROOT_PATH)
if(NOT GRIDSTRIDE_GOOGLETEST_SOURCES)
  message(FATAL_ERROR "Gridstride's tests need GoogleTest's sources to compile them for this processor: apt-get install googletest")
endif()
foreach(library "gtest gtest-all.cc" "gtest_main gtest_main.cc")
  separate_arguments(library)
  list(GET library 0 name)
  list(GET library 1 file)
  add_library(${name} STATIC EXCLUDE_FROM_ALL "${GRIDSTRIDE_GOOGLETEST_SOURCES}/src/${file}")
  target_include_directories(${name} SYSTEM PUBLIC "${GRIDSTRIDE_GOOGLETEST_SOURCES}/include"
                             PRIVATE "${GRIDSTRIDE_GOOGLETEST_SOURCES}")
  target_compile_options(${name} PRIVATE -O0)  # compiles faster; the tests take no longer
  target_link_libraries(${name} PUBLIC Threads::Threads)
  add_library(GTest::${name} ALIAS ${name})
endforeach()
