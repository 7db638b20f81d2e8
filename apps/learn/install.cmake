# The component learn: gridstride-learn with what it needs at run time. The prefix may be moved, and the sources may go.
add_executable(gridstride-learn-installed $<TARGET_OBJECTS:gridstride-learn>
               $<TARGET_OBJECTS:gridstride_placement_installed>)
add_dependencies(gridstride-learn-installed gridstride-learn)
set_target_properties(gridstride-learn-installed PROPERTIES OUTPUT_NAME gridstride-learn LINKER_LANGUAGE CXX
                      RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/installed")
target_link_libraries(gridstride-learn-installed PRIVATE gridstride_options)

set(here "${CMAKE_CURRENT_SOURCE_DIR}")
install(TARGETS gridstride-learn-installed RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT learn)
install(FILES $<TARGET_FILE:gridstride_textbook> DESTINATION "${gs_library_folder}" COMPONENT learn)
install(DIRECTORY "${here}/exercises" "${here}/bugs" "${here}/ladders"
        DESTINATION "${gs_programs_folder}" COMPONENT learn)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/learn/programs/" DESTINATION "${gs_programs_folder}/book" COMPONENT learn)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/kernels/sim" "${PROJECT_SOURCE_DIR}/kernels/common"
        DESTINATION "${gs_headers_folder}/kernels" COMPONENT learn FILES_MATCHING PATTERN "*.h")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/kernels/sim/textbook/include"
        DESTINATION "${gs_headers_folder}/kernels/sim/textbook" COMPONENT learn)
# Debug information names the folders of the build. A debugger needs that of threadIdx and its like (indices.cpp), which
# names none.
install(CODE "
  get_filename_component(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\" ABSOLUTE)
  set(library \"\${prefix}/${gs_library_folder}/libgridstride_textbook.a\")
  set(indices \"${CMAKE_CURRENT_BINARY_DIR}/installed/indices.cpp.o\")
  foreach(command \"${CMAKE_AR};x;\${library};indices.cpp.o\" \"${CMAKE_STRIP};-g;\${library}\"
                  \"${CMAKE_AR};r;\${library};\${indices}\"
                  \"${CMAKE_STRIP};-g;\${prefix}/${CMAKE_INSTALL_BINDIR}/gridstride-learn\")
    execute_process(COMMAND \${command} WORKING_DIRECTORY \"${CMAKE_CURRENT_BINARY_DIR}/installed\"
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()" COMPONENT learn)
