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

/// Puts this process's GPU in place of the list in `device` ("cuda:0,1", "cuda:all"); anything else is left as it is.
/// With several GPUs this process becomes rank 0 and starts the others, one a GPU, unless it is one of them. Throws
/// UsageError if a GPU is not there, or if mpirun or srun has started the ranks.
void take_gpu_of_list(std::string& device);

/// The name of the GPU that a rank takes if `device` is "cuda", or "auto" and means that: the one of its number among
/// the ranks of its host, or the only one that it sees. Anything else is left as it is.
std::string device_of_rank(const std::string& device, const Ranks&);

/// Throws gs::Error on rank 0 if the ranks would not train the same.
void check_same_run(Ranks&, const std::map<std::string, std::string>& given, const PreparedRun&);

/// Frees the images of both splits, of which a trainer has its share.
void forget_images(DataSplits&);

/// A run on the ranks but 0. Returns its exit status.
int follow_run(Ranks&, const TrainOptions&, const std::map<std::string, std::string>& given);

}  // namespace gs::apps
