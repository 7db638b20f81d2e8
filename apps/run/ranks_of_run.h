// ranks_of_run.h - this process among those that mpirun or srun has started.
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

/// Throws gs::Error on rank 0 if the ranks would not train the same.
void check_same_run(Ranks&, const std::map<std::string, std::string>& given, const PreparedRun&);

/// Frees the images of both splits, of which a trainer has its share.
void forget_images(DataSplits&);

/// A run on the ranks but 0. Returns its exit status.
int follow_run(Ranks&, const TrainOptions&, const std::map<std::string, std::string>& given);

}  // namespace gs::apps
