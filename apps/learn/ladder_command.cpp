// ladder_command.cpp - lists, tables, single rungs and differences between two.
#include "apps/learn/ladder_command.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "apps/learn/gpu_flag.h"
#include "apps/learn/ladder_text.h"
#include "apps/learn/wrong_usage.h"
#include "engine/core/parse_number.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

constexpr const char* ladder_help = R"(usage: gridstride ladder [LADDER [RUNG]] [flags]

Short CUDA programs, each a small step better than the one before, and the counts that say why. Every rung is run in the
simulator under the race checker and then counted; no GPU is needed.

  gridstride ladder                    all ladders and their rungs
  gridstride ladder product            a table, a row a rung
  gridstride ladder product 5          the story of rung 5 and its counts
  gridstride ladder product 5 --diff 4 the lines that changed since rung 4, and the counts that they moved

  --diff RUNG     compare with this rung
  --gpu NAME      bounds and occupancy for this GPU (default RTX 4060; --gpu help lists them)
  --help          this text

The programs lie in )" GRIDSTRIDE_LADDERS R"(; ./gridstride run takes each of them.
)";

void print_now(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

struct LadderWords {
  bool help = false;
  const Ladder* ladder = nullptr;
  std::optional<int> rung, diff;
  std::string gpu;
};

const Ladder& ladder_named(std::string_view name) {
  std::string names;
  for (const Ladder& ladder : ladders()) {
    if (ladder.name == name) return ladder;
    names += (names.empty() ? "" : ", ") + std::string(ladder.name);
  }
  throw WrongUsage("there is no ladder " + std::string(name) + "; there are: " + names);
}

int number_of_rung(std::string_view word) {
  const auto number = parse_number<int>(word);
  if (!number) throw WrongUsage(std::string(word) + " is not the number of a rung");
  return *number;
}

LadderWords ladder_words(const std::vector<std::string_view>& words) {
  LadderWords result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto equals = words[i].starts_with("--") ? words[i].find('=') : words[i].npos;
    const std::string_view word = words[i].substr(0, equals);
    const auto value = [&] {
      if (equals != words[i].npos) return words[i].substr(equals + 1);
      if (i + 1 == words.size()) throw WrongUsage(std::string(word) + " needs a value");
      return words[++i];
    };
    if (word == "--help" || word == "-h")
      result.help = true;
    else if (word == "--gpu")
      result.gpu = known_gpu(value());
    else if (word == "--diff")
      result.diff = number_of_rung(value());
    else if (word.starts_with('-'))
      throw WrongUsage("ladder has no flag " + std::string(word));
    else if (!result.ladder)
      result.ladder = &ladder_named(word);
    else if (!result.rung)
      result.rung = number_of_rung(word);
    else
      throw WrongUsage("ladder takes a ladder and a rung, and not also " + std::string(word));
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
    print_now(given.help ? ladder_help : gpu_table());
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
