// initial_weights.cpp - finds the file of --init-from, and compares what came of it with a record.
#include "apps/run/initial_weights.h"

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/run/recorded_data.h"
#include "engine/core/error.h"
#include "engine/core/folder_commit.h"
#include "engine/exchange/take_weights.h"
#include "engine/train/checkpoint.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const std::string& from) {
  std::error_code none;
  if (!fs::is_directory(from, none)) return from;
  const fs::path best = committed_file(from, "best.safetensors");
  if (best.empty())
    throw Error(fmt::format("{} is not the folder of a run with weights: it has no best.safetensors", from));
  return best;
}

}  // namespace

RunRecord::InitialWeights start_from(const std::string& from, Program& program) try {
  std::vector<float> parameters = program.parameters();
  const TakenWeights weights = take_weights(program.net(), read_safetensors(file_of(from)), parameters);
  program.set_parameters(parameters);
  return {.path = fs::absolute(from).string(),
          .checksum = checksum_of_weights(parameters),
          .taken = weights.taken,
          .left = weights.left,
          .unused = weights.unused};
} catch (const Error& error) {
  throw UsageError(fmt::format("--init-from: {}", error.what()));
}

void start_again_from(const RunRecord::InitialWeights& recorded, const std::string& typed, const std::string& run,
                      Program& program) {
  const std::string place = where_now(recorded.path, typed);
  const RunRecord::InitialWeights now = start_from(place, program);
  if (now.checksum != recorded.checksum)
    throw Error(fmt::format("{} no longer holds the weights that {} began with: their checksum was {}, now it is {}",
                            place, run, recorded.checksum, now.checksum));
}

std::string words_of(const RunRecord::InitialWeights& weights) {
  std::string text = fmt::format("{} from {}", fmt::join(weights.taken, ", "), weights.path);
  if (!weights.left.empty()) text += fmt::format("; as initialised: {}", fmt::join(weights.left, ", "));
  if (!weights.unused.empty()) text += fmt::format("; not used: {}", fmt::join(weights.unused, ", "));
  return text;
}

}  // namespace gs::apps
