# Definitions for version.cpp: the commit at configuration, and the libraries' versions. A commit or a checkout
# configures again (git then writes .git/logs/HEAD), and recompiles only version.cpp. Without .git:
# -DGRIDSTRIDE_COMMIT=...
set(GRIDSTRIDE_COMMIT "" CACHE STRING "The commit of a tree that has no .git")
set(gs_commit "${GRIDSTRIDE_COMMIT}")
find_program(GRIDSTRIDE_GIT git)
if(GRIDSTRIDE_GIT AND EXISTS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
  execute_process(COMMAND ${GRIDSTRIDE_GIT} -C "${PROJECT_SOURCE_DIR}" describe --always --dirty
                  OUTPUT_VARIABLE gs_commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
set(gs_opencv "")
if(GRIDSTRIDE_OPENCV)
  set(gs_opencv "${OpenCV_VERSION}")
endif()
set(gs_onednn "")
if(GRIDSTRIDE_ONEDNN)
  set(gs_onednn "${gs_onednn_version}")
endif()
set(gs_cuda "")
if(GRIDSTRIDE_WITH_CUDA)
  set(gs_cuda "${CUDAToolkit_VERSION}")
endif()
set(GRIDSTRIDE_VERSION_DEFINITIONS
  "GRIDSTRIDE_VERSION=\"${PROJECT_VERSION}\"" "GRIDSTRIDE_COMMIT=\"${gs_commit}\"" "GRIDSTRIDE_OPENCV_VERSION=\"${gs_opencv}\""
  "GRIDSTRIDE_CLI11_VERSION=\"${CLI11_VERSION}\""
  "GRIDSTRIDE_ONEDNN_VERSION=\"${gs_onednn}\"" "GRIDSTRIDE_CUDA_VERSION=\"${gs_cuda}\"")
