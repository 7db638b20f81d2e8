// commands.h - the table of commands. A new command is one file here and one row in commands.cpp.
#pragma once
#include <span>
#include <string_view>

#include "apps/cli/words.h"

namespace gs::apps {

/// The behaviour of a command that mpirun or srun starts in several processes.
enum class Together {
  refuse,
  train_one_run,  ///< they join and train one network
  share_runs,     ///< each takes runs from one list (apps/sweep/run_queue.h); they do not join, so one may die
};

struct Command {
  std::string_view name, about;
  int (*run)(const Words&);  ///< returns the exit status; throws UsageError (2) or Error (1); null: not in this program
  bool runs_steps = false;   ///< most of its time is training steps
  Together together = Together::refuse;
};

std::span<const Command> commands();

/// Null if there is no such command.
const Command* find_command(std::string_view name);

/// Runs the command that the words name (without the program's own name) and returns the exit status. Never throws:
/// an error becomes one line on standard error.
int run_command_line(const Words&);

int train_command(const Words&);
int eval_command(const Words&);
int predict_command(const Words&);
int export_command(const Words&);
int pack_command(const Words&);
int data_command(const Words&);
int models_command(const Words&);
int verify_command(const Words&);

// Null in gridstride-train, which is linked without them (apps/CMakeLists.txt).
[[gnu::weak]] int lab_command(const Words&);
[[gnu::weak]] int sweep_command(const Words&);
[[gnu::weak]] int report_command(const Words&);
[[gnu::weak]] int bench_command(const Words&);
[[gnu::weak]] int profile_command(const Words&);
[[gnu::weak]] int devices_command(const Words&);

}  // namespace gs::apps
