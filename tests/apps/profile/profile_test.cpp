// profile_test.cpp - `gridstride profile` and `train --profile`, run as by a user.
#include <nlohmann/json.hpp>

#include "apps/profile/profile_json.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Json = nlohmann::ordered_json;

/// Arguments of a quick profile: a tiny network and a few steps.
std::vector<std::string> tiny_profile(const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"profile",  "lenet", "--base",  "2", "--image-size", "16",
                                    "--device", "cpu",   "--steps", "6", "--impl",       "default"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Sets the program's cache folder to one in the test's folder.
std::function<void()> with_cache(const ScratchFolder& folder) {
  const std::string cache = (folder / "cache").string();
  return [cache] { setenv("XDG_CACHE_HOME", cache.c_str(), 1); };
}

TEST(ProfileCommand, PrintsATableAndWritesThreeFiles) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_profile(), with_cache(folder));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text : {"conv1 forward", "conv2 filter gradient", "update", "median us", "% peak", "all ops",
                           "= step", "what would save most", "profiles/lenet-2-16px-cpu/profile.html"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
  EXPECT_EQ(names_in(folder / "profiles/lenet-2-16px-cpu"),
            (std::vector<std::string>{"profile.html", "profile.json", "trace.json"}));
  const Profile p = apps::read_profile(folder / "profiles/lenet-2-16px-cpu/profile.json");
  EXPECT_EQ(p.sampled_steps, 6);
  EXPECT_EQ(p.base, 2);
  EXPECT_EQ(p.input, "16x16x1");
  EXPECT_GT(p.peaks.copy_bytes_per_s, 0);
  EXPECT_EQ(p.timeline.size(), 3u);
  double ops = 0;
  for (const OpProfile& op : p.ops) ops += op.us.median;
  EXPECT_GT(ops, 0);
  // By definition of the remainder, all parts add up to the wall time.
  EXPECT_NEAR(p.sums.ops_us - p.sums.overlap_us + p.sums.gaps_us + p.sums.host_us + p.sums.remainder_us(),
              p.sums.wall_us, 1e-6 * p.sums.wall_us);
}

TEST(ProfileCommand, JsonIsAllThatStandardOutputHolds) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_profile({"--json", "--no-graph"}), with_cache(folder));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Profile p = apps::profile_from_json(Json::parse(outcome.out));
  EXPECT_EQ(p.device, "cpu");
  EXPECT_EQ(p.flags.front(), "gridstride");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"cache"});
}

TEST(ProfileCommand, TakesTheStoredPeaks) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  expect_one_line(run_program(folder.path(), tiny_profile({"--peaks", "cached"}), cache), 2,
                  {"--peaks cached", "a profile without --peaks cached measures them"});
  ASSERT_EQ(run_program(folder.path(), tiny_profile({"--quiet", "--out", "first"}), cache).status, 0);
  ASSERT_EQ(run_program(folder.path(), tiny_profile({"--quiet", "--out", "second", "--peaks", "cached"}), cache).status,
            0);
  const Profile first = apps::read_profile(folder / "first/profile.json"),
                second = apps::read_profile(folder / "second/profile.json");
  EXPECT_TRUE(first.peaks.measured_now);
  EXPECT_FALSE(second.peaks.measured_now);
  EXPECT_EQ(second.peaks.date, first.peaks.date);
  EXPECT_EQ(second.peaks.copy_bytes_per_s, first.peaks.copy_bytes_per_s);
}

TEST(ProfileCommand, CountsOnTheSimulator) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"profile", "lenet", "--base", "2", "--image-size", "12",
                                                      "--batch", "2", "--device", "sim", "--out", "p"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("barriers"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("sectors"), std::string::npos) << "this program counts no memory: " << outcome.out;
  EXPECT_EQ(outcome.out.find("median us"), std::string::npos) << outcome.out;
  const Profile p = apps::read_profile(folder / "p/profile.json");
  EXPECT_EQ(p.source, TimeSource::counts);
  EXPECT_EQ(p.sampled_steps, 1);
}

TEST(ProfileCommand, LooksIntoARun) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--quiet", "--batch", "4", "--out", "runs/a"}), cache).status, 0);
  const Outcome outcome = run_program(folder.path(), {"profile", "runs/a", "--steps", "3"}, cache);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("lenet (runs/a), base 2"), std::string::npos) << outcome.out;
  EXPECT_FALSE(std::filesystem::exists(folder / "runs/a/profile.json")) << "that is the place of train --profile";
  const Profile p = apps::read_profile(folder / "runs/a/profile-cpu/profile.json");
  EXPECT_EQ(p.model, "lenet");
  EXPECT_EQ(p.run, "runs/a");
  EXPECT_EQ(p.batch, 4);
  EXPECT_EQ(p.base, 2);
  const auto refused = [&](const std::vector<std::string>& more, const std::vector<std::string>& parts) {
    std::vector<std::string> words = {"profile", "runs/a"};
    words.insert(words.end(), more.begin(), more.end());
    expect_one_line(run_program(folder.path(), words, cache), 2, parts);
  };
  refused({"--batch", "8"}, {"--batch", "runs/a"});
  refused({"--epoch-loop"}, {"--epoch-loop: a profile needs single steps"});
  refused({"--model", "lenet"}, {"the network is given more than once"});
  refused({"--impl-from", "runs/a", "--impl", "own"}, {"--impl-from", "leave out --impl"});
}

TEST(ProfileCommand, ARunIsNotTiedToItsOwnTable) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  const auto run = [&](const std::vector<std::string>& words) { return run_program(folder.path(), words, cache); };
  ASSERT_EQ(run(tiny_run({"--quiet", "--batch", "4", "--impl", "conv1 forward=simd", "--out", "a"})).status, 0);
  ASSERT_EQ(run(tiny_run({"--quiet", "--batch", "4", "--impl-from", "a", "--out", "b"})).status, 0);
  std::filesystem::rename(folder / "a", folder / "moved");
  for (const char* name : {"moved", "b"}) {
    SCOPED_TRACE(name);
    for (const std::vector<std::string>& more : {std::vector<std::string>{"--device", "cpu", "--steps", "3"},
                                                 {"--device", "cpu", "--precision", "bf16", "--steps", "3"},
                                                 {"--device", "sim"},
                                                 {"--device", "cpu", "--impl-from", "moved", "--steps", "3"}}) {
      std::vector<std::string> words = {"profile", name, "--quiet"};
      words.insert(words.end(), more.begin(), more.end());
      const Outcome outcome = run(words);
      EXPECT_EQ(outcome.status, 0) << more[1] << ": " << outcome.err;
    }
    for (const char* device : {"cpu", "sim"}) {
      const Outcome outcome = run({"eval", name, "--device", device});
      EXPECT_EQ(outcome.status, 0) << device << ": " << outcome.err;
    }
  }
  const Profile own = apps::read_profile(folder / "b/profile-cpu/profile.json");
  EXPECT_EQ(own.ops[2].name.substr(0, 5), "conv1");
  EXPECT_EQ(own.ops[2].implementation, "simd");
}

TEST(ProfileCommand, SaysWhatIsWrong) {
  const ScratchFolder folder;
  const auto refused = [&](const std::vector<std::string>& words, const std::vector<std::string>& parts) {
    expect_one_line(run_program(folder.path(), words), 2, parts);
  };
  refused({"profile"}, {"which network or run", "gridstride profile lenet"});
  refused({"profile", "lanet"}, {"'lanet' is neither a network nor the folder of a run", "did you mean 'lenet'?"});
  refused({"profile", "foo"}, {"'foo' is neither a network (lenet, ", ") nor the folder of a run"});
  refused({"profile", "lenet", "--epoch-loop"}, {"--epoch-loop: a profile needs single steps"});
  refused({"profile", "runs/none"}, {"runs/none", "run.json"});
  refused({"profile", "lenet", "--steps", "0"}, {"--steps must be a whole number"});
  refused({"profile", "lenet", "--base", "2", "--image-size", "16", "--device", "sim", "--steps", "3"},
          {"--steps", "one step is counted"});
  refused({"train", "lenet", "--device", "sim", "--profile"}, {"--profile", "sim", "gridstride profile MODEL"});
  refused({"profile", "lenet", "--peaks", "old"}, {"--peaks must be one of now, cached"});
  refused({"profile", "lenet", "--roof", "cached"}, {"--roof is now called --peaks"});
  refused({"profile", "lenet", "--step", "3"}, {"unknown flag '--step'", "'--steps'"});
  refused({"profile", "lenet", "--momentum", "0.9"}, {"--momentum is for --optimizer sgd"});
  refused({"profile", "lenet", "--ncu", "conv9"}, {"--ncu", "'conv9'", "conv1"});
  refused({"profile", "lenet", "--ncu", "conv1", "--device", "cpu"}, {"--ncu", "--device cpu"});
  write_text(folder / "broken.json", "{\"a\": ");
  write_text(folder / "other.json", "{}");
  refused({"profile", "--diff", "broken.json", "other.json"}, {"broken.json is not valid JSON"});
  refused({"profile", "--diff", "other.json", "other.json"}, {"other.json", "not a profile"});
  refused({"profile", "--diff", "nowhere.json", "other.json"}, {"nowhere.json"});
  refused({"profile", "--diff", "other.json"}, {"--diff needs two profiles"});
  refused({"profile", "--diff", "other.json", "other.json", "other.json"}, {"--diff needs two profiles"});
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--json"}, {"--steps", "3"}, {"--out", "x"}, {"--device", "cpu"}}) {
    std::vector<std::string> words = {"profile", "--diff", "other.json", "other.json"};
    words.insert(words.end(), more.begin(), more.end());
    refused(words, {"--diff takes no " + more[0]});
  }
  refused({"profile", "lenet", "--diff", "a.json", "b.json"}, {"--diff", "leave out 'lenet'"});
  write_text(folder / "folder/run.json", "[]");
  const Outcome outcome = run_program(folder.path(), {"profile", "folder"});
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.err.find("folder/run.json must be an object, not a list"), std::string::npos) << outcome.err;
}

TEST(ProfileCommand, PrintsTheCommandsOfNvidiasTools) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"profile", "lenet", "--base", "2", "--ncu", "conv2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find(std::filesystem::canonical(GRIDSTRIDE_PROGRAM).string() + " profile lenet"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("--nvtx-include 'conv2 filter gradient/'"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("gridstride profile lenet --base 2 --device cuda --no-graph --steps 1"),
            std::string::npos);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{});
}

TEST(ProfileCommand, ComparesTwoFiles) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  ASSERT_EQ(run_program(folder.path(), tiny_profile({"--quiet", "--out", "a"}), cache).status, 0);
  ASSERT_EQ(run_program(folder.path(), tiny_profile({"--quiet", "--out", "b", "--batch", "4"}), cache).status, 0);
  const Outcome outcome = run_program(folder.path(), {"profile", "--diff", "a", "b/profile.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const char* text :
       {"not the same case", "lenet:2:8 and lenet:2:4", "A has 6 sampled steps, B 6", "conv1 forward", "step"})
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
}

// ---- train --profile ----

TEST(TrainProfile, AddsThePageAndLeavesTheBitsAlone) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  const std::vector<std::string> common = {"--quiet", "--batch", "2", "--epochs", "3", "--impl", "default"};
  std::vector<std::string> plain = common, watched = common, looped = common;
  plain.insert(plain.end(), {"--out", "plain"});
  watched.insert(watched.end(), {"--out", "watched", "--profile"});
  looped.insert(looped.end(), {"--out", "looped", "--profile", "--epoch-loop"});
  for (const auto& words : {plain, watched, looped})
    ASSERT_EQ(run_program(folder.path(), tiny_run(words), cache).status, 0);
  EXPECT_EQ(text_of(folder / "plain/last.safetensors"), text_of(folder / "looped/last.safetensors"));
  EXPECT_EQ(apps::read_profile(folder / "looped/profile.json").sampled_steps, 9) << "profiling turns epoch loops off";
  EXPECT_EQ(text_of(folder / "plain/last.safetensors"), text_of(folder / "watched/last.safetensors"));
  EXPECT_EQ(text_of(folder / "plain/predictions.safetensors"), text_of(folder / "watched/predictions.safetensors"));
  // A profile of the finished run does not replace the one sampled during training.
  ASSERT_EQ(run_program(folder.path(), {"profile", "watched", "--device", "sim", "--quiet"}, cache).status, 0);
  EXPECT_EQ(names_in(folder / "watched/profile-sim"), (std::vector<std::string>{"profile.html", "profile.json"}));
  const Profile p = apps::read_profile(folder / "watched/profile.json");
  EXPECT_EQ(p.sampled_steps, 9);  // three per epoch
  EXPECT_EQ(p.model, "lenet");
  EXPECT_GT(p.unwatched_us.median, 0);
  const std::vector<std::string> files = names_in(folder / "watched");
  for (const char* name : {"profile.html", "trace.json"})
    EXPECT_NE(std::find(files.begin(), files.end(), name), files.end()) << name;
  EXPECT_FALSE(std::filesystem::exists(folder / "plain/profile.json"));
}

TEST(TrainProfile, IsNamedWhereItIsWritten) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  const auto train = [&](const std::string& batch) {
    return run_program(folder.path(), tiny_run({"--batch", batch, "--epochs", "1", "--out", "b" + batch, "--profile"}),
                       cache);
  };
  const Outcome written = train("8");
  ASSERT_EQ(written.status, 0) << written.err;
  EXPECT_NE(written.out.find("b8/profile.html"), std::string::npos) << written.out;
  EXPECT_EQ(written.err, "");
  EXPECT_TRUE(std::filesystem::exists(folder / "b8/profile.html"));
  const Outcome none = train("16");  // one step per epoch
  ASSERT_EQ(none.status, 0) << none.err;
  EXPECT_NE(none.err.find("--profile: no step was sampled"), std::string::npos) << none.err;
  EXPECT_EQ(none.out.find("profile.html"), std::string::npos) << none.out;
}

/// The addresses that the report page in `folder` links to.
std::vector<std::string> links_of_report(const std::filesystem::path& folder) {
  const std::string page = text_of(folder / "report.html"), before = "id=\"report-data\">";
  const std::size_t data = page.find(before) + before.size();
  std::vector<std::string> links;
  const Json report = Json::parse(page.substr(data, page.find("</script>", data) - data));
  for (const Json& block : report["tasks"][0]["blocks"])
    if (block["kind"] == "links")
      for (const Json& link : block["links"]) links.push_back(link["href"]);
  return links;
}

TEST(TrainProfile, TheReportOfARunLinksToItsProfiles) {
  const ScratchFolder folder;
  const auto run = [&](const std::vector<std::string>& words) {
    const Outcome outcome = run_program(folder.path(), words, with_cache(folder));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  };
  run(tiny_run({"--quiet", "--batch", "2", "--out", "runs/a #1", "--profile"}));
  run(tiny_run({"--quiet", "--batch", "2", "--out", "runs/b"}));
  run({"report", "runs/b", "--quiet"});
  EXPECT_TRUE(links_of_report(folder / "runs/b").empty());
  run({"profile", "runs/a #1", "--quiet", "--steps", "2"});
  run({"report", "runs/a #1", "--quiet"});
  EXPECT_EQ(links_of_report(folder / "runs/a #1"),
            (std::vector<std::string>{"profile.html", "profile-cpu/profile.html"}));
  run({"report", "runs/b", "runs/a #1", "--quiet", "--out", "pages/both"});
  EXPECT_EQ(
      links_of_report(folder / "pages/both"),
      (std::vector<std::string>{"../../runs/a%20%231/profile.html", "../../runs/a%20%231/profile-cpu/profile.html"}));
}

TEST(TrainProfile, ANewRunKeepsNoProfileOfTheOneBefore) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  const auto run = [&](const std::vector<std::string>& words) {
    const Outcome outcome = run_program(folder.path(), words, cache);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  };
  run(tiny_run({"--quiet", "--batch", "2", "--out", "a", "--profile"}));
  run({"profile", "a", "--quiet", "--steps", "2"});
  run({"profile", "a", "--quiet", "--device", "sim"});
  write_text(folder / "a/profile-sim/notes.txt", "mine");
  std::filesystem::create_directories(folder / "elsewhere");
  write_text(folder / "elsewhere/profile.json", "mine");
  std::filesystem::create_directory_symlink("../elsewhere", folder / "a/profile-link");
  run(tiny_run({"--quiet", "--batch", "2", "--out", "a/profile-of-a-run"}));
  const std::vector<std::string> nested = names_in(folder / "a/profile-of-a-run");
  run(tiny_run({"--quiet", "--batch", "2", "--out", "a", "--overwrite"}));
  EXPECT_EQ(names_in(folder / "a"),
            (std::vector<std::string>{"best.safetensors", "history.csv", "last.safetensors", "predictions.safetensors",
                                      "previous.safetensors", "profile-link", "profile-of-a-run", "profile-sim",
                                      "run.json"}));
  EXPECT_EQ(names_in(folder / "a/profile-of-a-run"), nested) << "another run's folder is not a profile of this one";
  EXPECT_EQ(names_in(folder / "a/profile-sim"), std::vector<std::string>{"notes.txt"});
  EXPECT_EQ(text_of(folder / "elsewhere/profile.json"), "mine") << "behind a link nothing is removed";
}

TEST(TrainProfile, GoesOnWithAResumedRun) {
  const ScratchFolder folder;
  const auto cache = with_cache(folder);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--quiet", "--batch", "2", "--out", "a", "--profile"}), cache).status,
            0);
  std::filesystem::remove(folder / "a/profile.html");
  ASSERT_EQ(run_program(folder.path(), {"train", "--resume", "a", "--epochs", "3", "--quiet"}, cache).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "a/profile.html"));
  EXPECT_EQ(apps::read_profile(folder / "a/profile.json").sampled_steps, 3);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--quiet", "--batch", "2", "--out", "b"}), cache).status, 0);
  ASSERT_EQ(
      run_program(folder.path(), {"train", "--resume", "b", "--epochs", "3", "--quiet", "--profile"}, cache).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "b/profile.html"));
}

}  // namespace
}  // namespace gs::test
