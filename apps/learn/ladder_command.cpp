// ladder_command.cpp - lists, tables, single rungs and differences between two.
#include "apps/learn/ladder_command.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "apps/learn/compiler.h"
#include "apps/learn/flags.h"
#include "apps/learn/gpu_flag.h"
#include "apps/learn/ladder_text.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

struct LadderWords {
  bool help = false;
  const Ladder* ladder = nullptr;
  std::optional<int> rung, diff;
  std::string gpu;
};

std::vector<Flag> flags_of(LadderWords& words) {
  return {{"--diff", "RUNG", "compare with this rung",
           [&](std::string_view rung) { return (words.diff = parse_number<int>(rung)).has_value(); },
           "the number of a rung"},
          {"--gpu", "NAME", "bounds and occupancy for this GPU (default RTX 4060; --gpu help lists them)",
           [&](std::string_view name) { return set_gpu(words.gpu, name); }, known_gpus()}};
}

std::string ladder_help() {
  LadderWords words;
  return R"(usage: gridstride ladder [LADDER [RUNG]] [flags]

Short CUDA programs, each a small step better than the one before, and the counts that say why. Every rung is run in the
simulator under the race checker and then counted; no GPU is needed.

  gridstride ladder                    all ladders and their rungs
  gridstride ladder product            a table, a row a rung
  gridstride ladder product 5          the story of rung 5 and its counts
  gridstride ladder product 5 --diff 4 the lines that changed since rung 4, and the counts that they moved

)" + help_of(flags_of(words)) +
         R"(
gridstride run takes each of the programs. They lie in )" +
         ladders_folder().string() + "\n";
}

void print_now(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

const Ladder& ladder_named(std::string_view name) {
  std::string names;
  for (const Ladder& ladder : ladders()) {
    if (ladder.name == name) return ladder;
    names += (names.empty() ? "" : ", ") + std::string(ladder.name);
  }
  throw WrongUsage("there is no ladder " + std::string(name) + "; there are: " + names);
}

LadderWords ladder_words(const std::vector<std::string_view>& words) {
  LadderWords result;
  const GivenWords given = read_words({"ladder", flags_of(result), 2, "a ladder and a rung"}, words);
  result.help = given.help;
  if (!given.words.empty()) result.ladder = &ladder_named(given.words[0]);
  if (given.words.size() > 1) {
    result.rung = parse_number<int>(given.words[1]);
    if (!result.rung) throw WrongUsage(given.words[1] + " is not the number of a rung");
  }
  if (result.diff && !result.rung) throw WrongUsage("--diff compares two rungs: gridstride ladder product 5 --diff 4");
  return result;
}

const Rung& rung_with_number(const std::vector<Rung>& rungs, int number) {
  const auto found = std::find_if(rungs.begin(), rungs.end(), [&](const Rung& rung) { return rung.number == number; });
  if (found == rungs.end())
    throw WrongUsage("this ladder has the rungs 1 to " + std::to_string(rungs.size()) + ", and no " +
                     std::to_string(number));
  return *found;
}

void show_table(const Ladder& ladder, const std::vector<Rung>& rungs, const textbook::Gpu& gpu) {
  print_now(table_head(ladder, rungs.front(), gpu));
  for (const Rung& rung : rungs) print_now(table_row(climbed(ladder, rung), gpu));
  print_now(table_foot(ladder, gpu));
}

void show_difference(const Ladder& ladder, const Rung& from, const Rung& to) {
  print_now(story_of(to));
  simulator::run_program({"diff", "-U", "2", "--label", from.file.filename().string(), "--label",
                          to.file.filename().string(), "-I", "^//", from.file.string(), to.file.string()});
  print_now("\nfrom " + from.name() + " to " + to.name() + ":\n" +
            moved_counts(climbed(ladder, from), climbed(ladder, to)));
}

}  // namespace

int ladder_command(const std::vector<std::string_view>& words) {
  const LadderWords given = ladder_words(words);
  if (given.help || given.gpu == "help") {
    print_now(given.help ? ladder_help() : gpu_table());
    return 0;
  }
  if (!given.ladder) {
    print_now(list_of_ladders());
    return 0;
  }
  const textbook::Gpu& gpu = given.gpu.empty() ? textbook::usual_gpu() : *textbook::gpu_named(given.gpu);
  const std::vector<Rung> rungs = rungs_of(*given.ladder);
  if (!given.rung) {
    show_table(*given.ladder, rungs, gpu);
    return 0;
  }
  const Rung& rung = rung_with_number(rungs, *given.rung);
  if (given.diff) {
    show_difference(*given.ladder, rung_with_number(rungs, *given.diff), rung);
    return 0;
  }
  print_now(story_of(rung));
  print_now(counts_of(climbed(*given.ladder, rung), gpu) + "\nThe program: " + rung.file.string() + "\n");
  return 0;
}

}  // namespace gs::learn
