// commit_fuzz.cpp - the file `commit` of a run's folder: whatever it says, no file outside the folder is touched, and
// a change that can be completed is done once.
#include "engine/core/folder_commit.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
namespace fs = std::filesystem;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fs::path outside = fuzz::file("run.json", "outside"), run = fuzz::folder() / "run";
  fs::remove_all(run);
  fs::create_directory(run);
  for (const char* name : {"run.json", "run.json.next", "history.csv", "history.csv.next"})
    fuzz::file(std::string("run/") + name, name);
  fuzz::file("run/commit", fuzz::text_of(data, size));
  fs::path promised;
  const bool read = fuzz::taken([&] { promised = committed_file(run, "run.json"); });
  const std::string text = promised.empty() ? "" : test::text_of(promised);
  const bool completed = fuzz::taken([&] { complete_commit(run); });
  fuzz::demand(test::text_of(outside) == "outside", "a file outside the folder was changed");
  if (!completed) return 0;
  fuzz::demand(read, "a commit that readers refuse was completed");
  const fs::path place = committed_file(run, "run.json");
  fuzz::demand((place.empty() ? "" : test::text_of(place)) == text, "readers saw another state before it was complete");
  fuzz::demand(!fs::exists(run / "commit"), "the commit is still there");
  return 0;
}
