// join_ranks.cpp - loads the module of mpi_ranks.cpp, if a launcher has started several ranks.
#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/ranks/local_ranks.h"
#include "engine/ranks/mpi_module.h"
#if GRIDSTRIDE_WITH_MPI
#include <dlfcn.h>

#include "engine/core/load_module.h"
#endif

namespace gs {

std::unique_ptr<Ranks> join_ranks() {
  if (auto started = LocalRanks::started()) return started;
  const LaunchedRank launched = launched_rank();
  if (launched.size == 1) return nullptr;
#if GRIDSTRIDE_WITH_MPI
  using Functions = const MpiModule*();
  void* const handle = load_module(GRIDSTRIDE_MPI_MODULE, "the module for several ranks", "cpu");
  auto* const functions = reinterpret_cast<Functions*>(dlsym(handle, "gridstride_mpi"));
  if (!functions) throw Error("the module for several ranks lacks its functions");
  auto ranks = functions()->join();
  if (ranks->size() != launched.size)
    throw Error(
        fmt::format("{} ranks were started, but MPI found {}: the program was built with another MPI than the "
                    "launcher's (with Open MPI start it by mpirun, or by srun --mpi=pmix)",
                    launched.size, ranks->size()));
  return ranks;
#else
  throw UsageError(
      fmt::format("{} ranks were started, but this build has no MPI: apt-get install libopenmpi-dev, then "
                  "build again",
                  launched.size));
#endif
}

}  // namespace gs
