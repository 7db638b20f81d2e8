// ranks_of_run.h - this process among those that mpirun or srun has started, or that a list of GPUs starts.
#pragma once
#include <map>
#include <string>

#include "apps/run/prepared_run.h"
#include "engine/ranks/ranks.h"

namespace gs::apps {

/// Lives as long as the command. Then it ends the run on all ranks together.
class RanksOfProgram {
 public:
  /// Joins the ranks, if a launcher has started several. Only rank 0 prints from then on.
  RanksOfProgram();
  ~RanksOfProgram();
};

/// The ranks that were joined, or null: this process trains alone.
Ranks* ranks_of_program();

/// For a list of GPUs ("cuda:0,1", "cuda:all") this process becomes rank 0 and starts the others, one a GPU, unless it
/// is one of them. Throws UsageError if a GPU is not there, or if mpirun or srun has started the ranks.
void start_ranks_of_list(const std::string& device);

/// The name of the device that this process takes. From a list, the GPU of its rank. If `device` is "cuda", or "auto"
/// and means that, a rank takes the GPU of its number among the ranks of its host, or the only one that it sees.
/// Anything else is left as it is. `ranks`: null for one process.
std::string device_of_process(const std::string& device, const Ranks* ranks);

/// Throws gs::Error on rank 0 if the ranks would not train the same.
void check_same_run(Ranks&, const std::map<std::string, std::string>& given, const PreparedRun&);

/// Frees the images of both splits, of which a trainer has its share.
void forget_images(DataSplits&);

/// A run on the ranks but 0. Returns its exit status.
int follow_run(Ranks&, const TrainOptions&, const std::map<std::string, std::string>& given);

}  // namespace gs::apps
