# Finds MPI, which carries the gradients of several ranks (engine/ranks). Without it the build goes on: a run that
# mpirun or srun starts with several ranks is then refused.
if(GRIDSTRIDE_MPI)
  find_package(MPI QUIET COMPONENTS CXX)
  if(NOT MPI_CXX_FOUND)
    message(STATUS "No MPI: training on several ranks will be refused; apt-get install libopenmpi-dev")
    set(GRIDSTRIDE_MPI OFF)
  endif()
endif()
