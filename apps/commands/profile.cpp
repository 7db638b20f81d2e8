// profile.cpp - `gridstride profile`: the time of each op of a training step, against the machine's peak.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/arguments.h"
#include "apps/cli/help.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/kernel/kernel_flag.h"
#include "apps/profile/counted_instructions.h"
#include "apps/profile/kernel_cost.h"
#include "apps/profile/ncu_command.h"
#include "apps/profile/profile_diff.h"
#include "apps/profile/profile_files.h"
#include "apps/profile/profile_json.h"
#include "apps/profile/profile_table.h"
#include "apps/profile/sampling.h"
#include "apps/profile/subject.h"
#include "apps/run/compose_record.h"
#include "engine/core/error.h"
#include "engine/core/nearest.h"
#include "engine/core/pretty_json.h"
#include "engine/device/backends.h"
#include "engine/device/device_name.h"
#include "models/models.h"

namespace gs::apps {
namespace {

struct ProfileOptions {
  TrainOptions run;
  std::optional<int> steps;
  std::string peaks = "now";
  bool no_graph = false, json = false, quiet = false;
  std::optional<std::string> out, ncu, instructions;
  std::vector<std::string> diff;
};

Arguments profile_arguments(ProfileOptions& o) {
  Arguments a(
      "profile MODEL|RUN [flags]",
      "Shows the time of each op of a training step, and how close it comes to the roofline of this machine: a "
      "table, and profile.json, trace.json and profile.html in --out. MODEL takes the flags of train that define "
      "a run. RUN, the folder of a run, has its own recipe and weights, and takes the flags of Machine.");
  add_run_flags(a, o.run);
  a.section("Profile");
  a.value("--steps", o.steps, "steps to sample", whole_number(1, 100000), "N").default_str("30; not on sim and ptx");
  a.choice("--peaks", o.peaks, "peaks of this machine: measured now, or by an earlier profile", {"now", "cached"});
  a.renamed("--roof", "--peaks");
  a.value("--instructions", o.instructions,
          "profile.json of this step on ptx: on a GPU its instructions are a part of us at peak", some_text(), "FILE");
  a.flag("--no-graph", o.no_graph, "run the ops call by call, each in an NVTX range of its name");
  a.value("--ncu", o.ncu, "print the commands that show this row in Nsight Compute and Nsight Systems, and stop",
          some_text(), "ROW");
  a.value("--diff", o.diff, "compare two profiles op by op, and stop", some_text(), "A.json B.json");
  a.section("Output");
  a.value("--out", o.out, "folder to write to", some_text(), "DIR")
      .default_str("profiles/NAME-DEVICE; of a RUN: RUN/profile-DEVICE");
  a.flag("--json", o.json, "print profile.json on standard output, and nothing else there; no files without --out");
  a.flag("--quiet", o.quiet, "print errors only");
  return a;
}

/// True if the word is a folder, not a network. A folder with the name of a network needs a path: ./lenet.
bool names_a_run(const std::string& word) {
  const bool network = std::any_of(models().begin(), models().end(), [&](const Model& m) { return m.name == word; });
  std::error_code unreadable;
  return !network && (word.find('/') != std::string::npos || std::filesystem::is_directory(word, unreadable));
}

/// A run has its own recipe: flags that would change it are refused.
MachineFlags machine_flags(const ProfileOptions& o, const Arguments& a) {
  const auto own = {"device", "precision",    "threads",  "impl", "impl-from", "retune", "steps",
                    "peaks",  "instructions", "no-graph", "ncu",  "out",       "json",   "quiet"};
  for (const auto& [flag, value] : a.given_values())
    if (flag != "model" && std::find(own.begin(), own.end(), flag) == own.end())
      throw UsageError(fmt::format("--{} comes from the run {}: leave it out", flag, o.run.model));
  if (a.given("--impl") && o.run.implementation_from)
    throw UsageError("--impl-from has its own table of implementations: leave out --impl");
  MachineFlags flags;
  if (a.given("--device")) flags.device = o.run.device;
  if (a.given("--threads")) flags.threads = o.run.threads;
  if (a.given("--impl")) flags.implementation = o.run.implementation;
  flags.precision = o.run.precision;
  flags.implementation_from = o.run.implementation_from;
  flags.retune = o.run.retune;
  return flags;
}

Profile read_side(const std::string& word) {
  const std::filesystem::path path = word;
  std::error_code unreadable;
  return read_profile(std::filesystem::is_directory(path, unreadable) ? path / "profile.json" : path);
}

int print_diff(const ProfileOptions& o, const Arguments& arguments) {
  if (!o.run.model.empty())
    throw UsageError(fmt::format("--diff compares two files and takes no network: leave out '{}'", o.run.model));
  for (const auto& [flag, value] : arguments.given_values())
    if (flag != "diff") throw UsageError(fmt::format("--diff takes no --{}", flag));
  if (o.diff.size() != 2) throw UsageError("--diff needs two profiles: --diff A.json B.json");
  const Profile a = read_side(o.diff[0]), b = read_side(o.diff[1]);
  print_text(profile_diff(a, b, terminal_width(stdout)));
  return 0;
}

/// The path of this program, for ncu to start.
std::string own_path() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "gridstride" : path.string();
}

/// Refuses a word that is neither a network nor a run, before anything else.
void check_subject(const std::string& word) {
  std::vector<std::string> networks;
  for (const Model& model : models()) networks.emplace_back(model.name);
  if (std::find(networks.begin(), networks.end(), word) != networks.end()) return;
  if (const std::string near = nearest_name(word, networks); !near.empty())
    throw UsageError(fmt::format("'{}' is neither a network nor the folder of a run: did you mean '{}'?", word, near));
  throw UsageError(
      fmt::format("'{}' is neither a network ({}) nor the folder of a run", word, fmt::join(networks, ", ")));
}

/// The words without --ncu ROW.
Words without_ncu(const Words& words) {
  Words rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--ncu")
      ++i;
    else if (words[i].rfind("--ncu=", 0) != 0)
      rest.push_back(words[i]);
  }
  return rest;
}

int print_ncu(const ProfileOptions& o, const Subject& subject, const Words& words) {
  if (o.run.device == "cpu" || o.run.device == "sim" || o.run.device == "ptx")
    throw UsageError(fmt::format("--ncu: NVIDIA's tools profile GPUs: leave out --device {}", o.run.device));
  std::vector<std::string> steps;
  for (const OpCall& step : subject.program->training_calls()) steps.push_back(step.name);
  print_text(ncu_commands(*o.ncu, rows_named(*o.ncu, steps), own_path(), without_ncu(words)));
  if (!why_no_cuda(parse_device_name(o.run.device).gpu).empty())
    print_message(
        "--ncu: there is no GPU here, so one was described; which steps are fused, and so their names, may differ on a "
        "real one");
  return 0;
}

}  // namespace

int profile_command(const Words& words) {
  ProfileOptions o;
  Arguments a = profile_arguments(o);
  if (!a.parse(words)) return 0;
  if (!o.diff.empty()) return print_diff(o, a);
  if (o.run.model.empty())
    throw UsageError("profile: which network or run? 'gridstride profile lenet' profiles the first one");
  if (a.given("--epoch-loop")) throw UsageError("--epoch-loop: a profile needs single steps; leave it out");
  const bool run = names_a_run(o.run.model);
  if (!run) check_subject(o.run.model);
  const Purpose purpose = o.ncu ? Purpose::list_gpu_steps : Purpose::measure;
  if (!run) check_run_flags(o.run, a);
  const auto subject_for = [&](Purpose what) {
    return run ? subject_of_run(o.run.model, machine_flags(o, a), what) : subject_of_model(o.run, what);
  };
  Subject subject = subject_for(purpose);
  if (o.ncu) return print_ncu(o, subject, words);

  if (o.steps && (subject.device->name() == "sim" || o.run.device == "ptx"))
    throw UsageError(
        fmt::format("--steps: on {} one step is counted, and every step counts the same; leave it out", o.run.device));
  if (const std::string device = o.run.device == "ptx" ? "ptx" : std::string(subject.device->name());
      o.instructions && device != "cuda")
    throw UsageError(
        fmt::format("--instructions: they bound the times of a GPU, and this profile is of {}: leave it out", device));
  const std::optional<Profile> counted = o.instructions ? std::optional(read_side(*o.instructions)) : std::nullopt;
  ProfileRequest request;
  if (o.steps) request.steps = *o.steps;
  request.peaks = o.peaks == "cached" ? PeaksSource::cached : PeaksSource::now;
  request.graph = !o.no_graph;
  Profile profile = profile_of(subject, request);
  if (counted) add_instructions(profile, *counted, *o.instructions);
  profile.flags = words;
  profile.flags.insert(profile.flags.begin(), {"gridstride", "profile"});
  if (o.json)
    print_as_it_is(pretty(profile_to_json(profile)) + "\n");
  else if (!o.quiet)
    print_text(profile_report(profile, terminal_width(stdout)));
  if (subject.kernels && !o.json && !o.quiet) {
    Subject built_in = subject_for(Purpose::measure_built_in);
    print_text(kernel_cost(profile_of(built_in, request), profile, run_kernels(*subject.kernels)->given()->calls(),
                           terminal_width(stdout)));
  }
  if (o.json && !o.out) return 0;
  TrainOptions without_device = o.run;  // the folder's name holds the device that --device auto took
  without_device.device = "auto";
  const std::string folder =
      o.out.value_or(run ? (std::filesystem::path(o.run.model) / fmt::format("profile-{}", profile.device)).string()
                         : fmt::format("profiles/{}-{}", run_name(without_device, subject.base), profile.device));
  write_profile_files(folder, profile);
  if (!o.json && !o.quiet)
    print_text("\n" +
               wrapped(fmt::format("written  {}/profile.html, profile.json{}", folder,
                                   profile.timeline.empty() ? "" : ", trace.json (for ui.perfetto.dev)"),
                       terminal_width(stdout), 9) +
               "\n");
  return 0;
}

}  // namespace gs::apps
