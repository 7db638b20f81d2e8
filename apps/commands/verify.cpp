// verify.cpp - `gridstride verify RUN`: trains parts of a run again and compares the bits.
#include <fmt/format.h>

#include "apps/cli/device_flag.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/repeated_run.h"
#include "engine/core/error.h"
#include "engine/device/backends.h"

namespace gs::apps {
namespace {

struct VerifyOptions {
  std::string run, device;
  int threads = 0;
  bool quiet = false;
};

Arguments verify_arguments(VerifyOptions& o) {
  Arguments a("verify RUN [flags]",
              "Reads every file of a run, trains its first epoch again from the seed and its last epochs from the "
              "checkpoint before the last, and compares losses, accuracies and weights with those recorded. Exit "
              "status 0: all bits are equal; 1: they are not, or a file is damaged. Changes nothing.");
  a.positional("run", o.run);
  a.section("Machine and output");
  add_device_flag(a, o.device);
  a.value("--threads", o.threads, "CPU threads; 0: OMP_NUM_THREADS, else all cores", whole_number(0, 4096), "N");
  a.flag("--quiet", o.quiet, "print nothing if all bits are equal");
  return a;
}

std::string part_line(const RepeatedPart& part) {
  std::string text = fmt::format("  {:<18} ", part.name);
  if (!part.left_out.empty()) return text + "left out: " + part.left_out + "\n";
  text += part.differences.empty() ? "equal" : "differs";
  if (!part.weights.empty())
    text += fmt::format("{:>{}}weights {}", "", part.differences.empty() ? 5 : 3, part.weights);
  for (const std::string& difference : part.differences) text += "\n    " + difference;
  return text + "\n";
}

}  // namespace

int verify_command(const Words& words) {
  VerifyOptions o;
  Arguments a = verify_arguments(o);
  if (!a.parse(words)) return 0;
  if (o.run.empty()) throw UsageError("verify: which run? 'gridstride verify runs/lenet-32' verifies one");
  if (a.given("--device")) check_device(o.device);
  const RepeatedRun result = repeat_run(o.run, o.device, o.threads, o.quiet);
  if (result.equal() && o.quiet) return 0;
  print_text(fmt::format("{}: {} on {}\n", o.run, result.record.network.name, result.record.device.name));
  for (const RepeatedPart& part : result.parts) print_text(part_line(part));
  if (result.equal()) return 0;
  for (const std::string& change : result.elsewhere) print_text("  " + change + "\n");
  throw Error(fmt::format("{} has other bits than its record", o.run));
}

}  // namespace gs::apps
