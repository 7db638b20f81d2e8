// mpi_module.h - what the module gridstride_mpi offers: everything of MPI, loaded only if a launcher has started ranks.
#pragma once
#include "engine/ranks/ranks.h"

namespace gs {

struct MpiModule {
  std::unique_ptr<Ranks> (*join)();
};

}  // namespace gs

extern "C" const gs::MpiModule* gridstride_mpi();
