# Finds NCCL, which adds up the gradients of several GPUs (engine/ranks). Without it the build goes on: training on
# several GPUs is then refused.
set(GRIDSTRIDE_NCCL OFF)
if(GRIDSTRIDE_WITH_CUDA)
  find_path(NCCL_INCLUDE_DIR nccl.h HINTS ENV NCCL_HOME ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES include)
  find_library(NCCL_LIBRARY nccl HINTS ENV NCCL_HOME ${CUDAToolkit_LIBRARY_DIR} PATH_SUFFIXES lib lib64)
  if(NCCL_INCLUDE_DIR AND NCCL_LIBRARY)
    set(GRIDSTRIDE_NCCL ON)
  else()
    message(STATUS "A CUDA toolkit without NCCL: training on several GPUs will be refused; install NVIDIA's libnccl-dev")
  endif()
endif()
