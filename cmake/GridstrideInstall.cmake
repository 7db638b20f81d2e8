# cmake --install: the library as gridstride::gridstride with its headers, the program, and the devices that are built.
include(CMakePackageConfigHelpers)

# The engine, the networks and the kernels of cpu in one shared library. Whole archives: kernels register themselves, so
# nothing refers to them, and the module of the sim kernels calls functions that nothing else here does.
add_library(gridstride_library SHARED $<TARGET_OBJECTS:gridstride_kernels_host> $<TARGET_OBJECTS:gridstride_optimizers>)
set_target_properties(gridstride_library PROPERTIES OUTPUT_NAME gridstride EXPORT_NAME gridstride LINKER_LANGUAGE CXX
                      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION})
# gridstride_models brings the engine; named twice, a whole archive would be linked twice.
target_link_libraries(gridstride_library PRIVATE gridstride_models gridstride_profile gridstride_kernel_common gridstride_sim)
set_target_properties(gridstride_library PROPERTIES LINK_LIBRARY_OVERRIDE
  "WHOLE_ARCHIVE,gridstride_models,gridstride_profile,gridstride_engine,gridstride_kernel_common,gridstride_sim")
target_compile_features(gridstride_library INTERFACE cxx_std_20)
target_include_directories(gridstride_library INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/gridstride>")

install(TARGETS gridstride_library EXPORT gridstride LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(FILES models/gridstride.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gridstride COMPONENT library)
install(DIRECTORY engine kernels models DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/gridstride COMPONENT library
        FILES_MATCHING PATTERN "*.h" PATTERN "simulated_cuda" EXCLUDE PATTERN "sim" EXCLUDE PATTERN "ptx" EXCLUDE)
set(gs_package ${CMAKE_INSTALL_LIBDIR}/cmake/gridstride)
install(EXPORT gridstride NAMESPACE gridstride:: FILE gridstrideTargets.cmake DESTINATION ${gs_package} COMPONENT library)
configure_package_config_file(cmake/gridstrideConfig.cmake.in "${PROJECT_BINARY_DIR}/gridstrideConfig.cmake"
                              INSTALL_DESTINATION ${gs_package})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gridstrideConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/gridstrideConfig.cmake" "${PROJECT_BINARY_DIR}/gridstrideConfigVersion.cmake"
        DESTINATION ${gs_package} COMPONENT library)

install(TARGETS gridstride RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
set(gs_modules gridstride_sim_kernels)
if(GRIDSTRIDE_WITH_CUDA)
  list(APPEND gs_modules gridstride_cuda)
endif()
if(GRIDSTRIDE_WITH_CUPTI)
  list(APPEND gs_modules gridstride_cupti)
endif()
if(GRIDSTRIDE_NCCL)
  list(APPEND gs_modules gridstride_nccl)
endif()
# A module finds the vendors' libraries at the places where the build found them.
set_target_properties(${gs_modules} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS ${gs_modules} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT devices)
# The library and the program each bring these modules along: the kernels of cpu for wider vectors, and OpenCV.
set(gs_modules ${GRIDSTRIDE_CPU_MODULES})
list(TRANSFORM gs_modules PREPEND gridstride_cpu_)
if(GRIDSTRIDE_OPENCV)
  set_target_properties(gridstride_opencv PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  list(APPEND gs_modules gridstride_opencv)
endif()
foreach(component library program)
  if(gs_modules)
    install(TARGETS ${gs_modules} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component})
  endif()
endforeach()
foreach(module EXCHANGE MPI)
  if(GRIDSTRIDE_${module})
    string(TOLOWER "gridstride_${module}" target)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
    install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT program)
  endif()
endforeach()
