// commands.cpp - the commands of gridstride, the overview that --help prints, and exit statuses of errors.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/ranks_of_run.h"
#include "engine/core/error.h"
#include "engine/core/host_name.h"
#include "engine/core/message_of.h"
#include "engine/core/nearest.h"
#include "engine/core/version.h"

namespace gs::apps {
namespace {

const Command table[] = {
    {"train", "train a network; writes runs/NAME/", train_command, true, Together::train_one_run},
    {"lab", "run a whole lab of training runs and write its report", lab_command, true, Together::share_runs},
    {"sweep", "train every combination of flags, several at a time, and compare", sweep_command, true,
     Together::share_runs},
    {"report", "write one page with curves and tables of any runs", report_command},
    {"eval", "evaluate a trained network, on its images or on others", eval_command},
    {"predict", "name the class of pictures, with its probability", predict_command},
    {"export", "write a trained network for other programs: ONNX, PyTorch, NumPy", export_command},
    {"verify", "train parts of a run again and compare the bits", verify_command, true},
    {"bench", "measure the time of one training step", bench_command, true},
    {"profile", "time of every op of a training step, against the machine's peak", profile_command, true},
    {"pack", "decode a data set once into one file", pack_command},
    {"data", "look at a data set before training: classes, sizes, pictures that are there twice", data_command},
    {"models", "list the networks", models_command},
    {"devices", "describe this machine, its peaks, and missing parts", devices_command},
};

/// Commands of the script ./gridstride, which this program cannot run. The script lists them below this overview.
constexpr std::string_view launcher_commands[] = {"run", "test", "check", "build"};

constexpr int usage_status = 2, failure_status = 1;

void print_overview() {
  print_text(fmt::format("gridstride {}: trains small image classifiers on GPU, CPU or simulator\n\n",
                         version_info().version));
  print_text("usage: gridstride COMMAND [flags]\n\n");
  for (const Command& c : table) print_text(fmt::format("  {:<9} {}\n", c.name, c.about));
  print_text(
      "\n  --help     this overview; 'gridstride COMMAND --help' lists a command's flags\n"
      "  --version  versions of gridstride and of what it is built with\n"
      "\nexamples\n"
      "  gridstride train lenet                    task 5a of the lab, on built-in images\n"
      "  gridstride train lenet --lr 1e-4 --epochs 50 --out runs/faster\n"
      "  gridstride train lenet --data photos --val-split 0.2\n"
      "  gridstride train lenet --summary          the network as a table\n"
      "  gridstride train lenet --explain          the compiled training step\n"
      "  gridstride lab                            the whole lab and its report\n"
      "  gridstride lab --quick --only 5a,6c       a look at two of its tasks\n"
      "  gridstride sweep lenet --grid lr=1e-5,1e-4 --grid batch=4,8\n"
      "  gridstride report runs/a runs/b           one page, side by side\n"
      "  gridstride predict runs/lenet-32 a.jpg    class and probability of a picture\n"
      "  gridstride bench lenet:32:8 --ops         time of each operation\n"
      "  gridstride profile alexnet --batch 4      every op against what this machine can do\n");
}

void print_version() {
  const VersionInfo& v = version_info();
  print_text(fmt::format("gridstride {}{}\n", v.version, v.commit.empty() ? "" : " (" + v.commit + ")"));
  print_text(fmt::format("compiler   {}\n", v.compiler));
  for (const auto& [name, version] : v.libraries) print_text(fmt::format("{:<10} {}\n", name, version));
}

int dispatch(const Words& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_overview();
    return words.empty() ? usage_status : 0;
  }
  if (words[0] == "--version") {
    print_version();
    return 0;
  }
  if (const Command* command = find_command(words[0])) {
    if (!command->run)
      throw Error(
          fmt::format("gridstride-train lacks '{0}': './gridstride {0}' builds the program that has it", words[0]));
    if (const int ranks = launched_rank().size; ranks > 1 && command->together == Together::refuse)
      throw UsageError(fmt::format("'{}' runs in one process, but {} were started", words[0], ranks));
    return command->run(Words(words.begin() + 1, words.end()));
  }
  if (std::ranges::find(launcher_commands, words[0]) != std::end(launcher_commands))
    throw UsageError(fmt::format("'{0}' is a command of the launcher: ./gridstride {0}", words[0]));
  std::vector<std::string> names;
  for (const Command& c : table) names.emplace_back(c.name);
  throw UsageError(fmt::format("unknown command '{}': {}", words[0], suggestion(words[0], names)));
}

/// Also of --help, --version and unknown words: one process prints them.
Together together_of(const Words& words) {
  const Command* const command = words.empty() ? nullptr : find_command(words[0]);
  return command ? command->together : Together::refuse;
}

/// One of several ranks that train one run ends it on all of them. Ranks that share runs speak for themselves.
int report(const std::exception& exception, int status) {
  Ranks* const ranks = ranks_of_program();
  if (ranks && ranks->speaks()) set_printing(true);
  flush_output();
  const int rank = launched_rank().rank;
  const std::string who = rank > 0 && !ranks ? fmt::format("rank {} on {}: ", rank, host_name()) : "";
  print_message(who + message_of(exception));
  if (ranks) ranks->fail(exception);
  return status;
}

}  // namespace

std::span<const Command> commands() {
  return table;
}

const Command* find_command(std::string_view name) {
  for (const Command& c : table)
    if (c.name == name) return &c;
  return nullptr;
}

int run_command_line(const Words& words) {
  const Together together = together_of(words);
  if (together == Together::refuse && launched_rank().rank > 0) return 0;  // rank 0 says why
  std::optional<RanksOfProgram> ranks;
  try {
    if (together == Together::train_one_run) ranks.emplace();
  } catch (const std::exception& e) {  // before the ranks have met: each speaks for itself
    set_printing(true);
    return report(e, failure_status);
  }
  try {
    return dispatch(words);
  } catch (const UsageError& e) {
    return report(e, usage_status);
  } catch (const RankError& e) {
    return report(e, e.is_usage ? usage_status : failure_status);
  } catch (const std::exception& e) {
    return report(e, failure_status);
  }
}

}  // namespace gs::apps
