// launched_rank.cpp - rank and size from the environment that launchers set; MPI itself is not asked.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "engine/core/parse_number.h"
#include "engine/ranks/ranks.h"

namespace gs {
namespace {

/// Names of the variables for this process's number and for the number of processes.
struct Launcher {
  const char *rank, *size;
};
constexpr Launcher launchers[] = {
    {"GRIDSTRIDE_RANK", "GRIDSTRIDE_RANKS"},           // start_local_ranks.cpp
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},  // Open MPI's mpirun
    {"PMI_RANK", "PMI_SIZE"},                          // MPICH's, and Slurm with --mpi=pmi2
    {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},          // srun
};

}  // namespace

LaunchedRank launched_rank() {
  for (const Launcher& launcher : launchers) {
    const char *const rank = std::getenv(launcher.rank), *const size = std::getenv(launcher.size);
    if (!rank || !size) continue;
    const auto number = parse_number<int>(rank), count = parse_number<int>(size);
    if (number && count && *number >= 0 && *number < *count) return {*number, *count};
  }
  return {};
}

std::vector<std::string> environment_without_rank() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry, name = text.substr(0, text.find('='));
    if (std::ranges::none_of(launchers, [&](const Launcher& l) { return name == l.rank || name == l.size; }))
      entries.emplace_back(text);
  }
  return entries;
}

}  // namespace gs
