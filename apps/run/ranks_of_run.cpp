// ranks_of_run.cpp - joins the ranks, compares them, and follows rank 0 in all others.
#include "apps/run/ranks_of_run.h"

#include <algorithm>
#include <csignal>
#include <string_view>

#include <fmt/format.h>

#include "apps/cli/terminal.h"
#include "engine/core/build_checksums.h"
#include "engine/core/error.h"
#include "engine/core/version.h"
#include "engine/device/backends.h"
#include "engine/device/load_cuda.h"
#include "engine/ranks/agree.h"
#include "engine/ranks/local_ranks.h"
#include "engine/ranks/nccl_module.h"
#include "engine/train/trainer.h"

namespace gs::apps {
namespace {

std::unique_ptr<Ranks> joined;

/// Rank 0 decides if a signal ends the run, and when; launchers send it to all ranks.
void leave_signals_to_rank_0() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) std::signal(signal, SIG_IGN);
}

/// Flags that each rank may have its own of: they change neither the steps nor their order.
constexpr std::string_view own_flags[] = {"data", "json-lines", "labels", "out", "overwrite", "quiet", "threads"};

}  // namespace

RanksOfProgram::RanksOfProgram() {
  if (launched_rank().rank > 0) {
    set_printing(false);
    leave_signals_to_rank_0();
  }
  joined = join_ranks();
}

RanksOfProgram::~RanksOfProgram() {
  joined.reset();
}

Ranks* ranks_of_program() {
  return joined.get();
}

void start_ranks_of_list(const std::string& device) {
  const std::vector<std::string> gpus = listed_devices(device);
  if (gpus.empty()) return;
  if (joined && !dynamic_cast<const LocalRanks*>(joined.get()))
    throw UsageError(
        fmt::format("--device {} starts a process a GPU by itself: leave out mpirun or srun, or name no GPU (--device "
                    "cuda)",
                    device));
  if (joined || gpus.size() == 1) return;
  nccl_module();  // if it is not there, that is said before a process is started
  joined = LocalRanks::start(int(gpus.size()));
}

std::string device_of_process(const std::string& device, const Ranks* ranks) {
  if (const std::vector<std::string> gpus = listed_devices(device); !gpus.empty())
    return gpus.at(ranks ? std::size_t(ranks->rank()) : 0);
  if (!ranks || (device != "cuda" && device != "auto") || !means_cuda(device)) return device;
  return fmt::format("cuda:{}", ask_driver().gpus.size() == 1 ? 0 : ranks->local_rank());
}

void check_same_run(Ranks& ranks, const std::map<std::string, std::string>& given, const PreparedRun& run) {
  RankFacts facts = {{"version", fmt::format("{} ({})", version_info().version, version_info().commit)},
                     {"the build of the kernels", gridstride_kernels}};
  for (const auto& [flag, value] : given)
    if (std::ranges::find(own_flags, flag) == std::end(own_flags)) facts.emplace_back("--" + flag, value);
  facts.insert(facts.end(), {{"the device", std::string(run.device->name())},
                             {"the number of classes", std::to_string(run.data.classes.size())},
                             {"the number of training images", std::to_string(run.data.train.n)},
                             {"the checksum of the data", run.data.checksum},
                             {"the effect of --decode", run.data.train.stream ? "stream" : "once"}});
  check_agreement(ranks, facts);
}

void forget_images(DataSplits& data) {
  for (Dataset* split : {&data.train, &data.validation}) std::vector<std::uint8_t>().swap(split->images);
}

int follow_run(Ranks& ranks, const TrainOptions& o, const std::map<std::string, std::string>& given) {
  PreparedRun run = prepare_run(o, Warnings::drop, &ranks);
  check_same_run(ranks, given, run);
  Trainer trainer(*run.program, run.data, {.in_shares = o.in_shares});
  if (o.in_shares) forget_images(run.data);
  return trainer.follow();
}

}  // namespace gs::apps
