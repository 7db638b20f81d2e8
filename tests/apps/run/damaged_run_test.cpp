// damaged_run_test.cpp - the folder of a run, damaged in every place: report and eval end with status 0, 1 or 2 and one
// line of our own. The commands are called in this process: thousands of starts would take minutes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "apps/commands/commands.h"
#include "apps/lab/finished.h"
#include "engine/core/error.h"
#include "engine/core/safetensors.h"
#include "tests/apps/program.h"
#include "tests/support/damaged_json.h"

namespace gs::test {
namespace {

using Json = DamagedJson;

class DamagedRun : public testing::Test {
 protected:
  void SetUp() override {
    setenv("XDG_CACHE_HOME", GRIDSTRIDE_BINARY_DIR "/test-cache", 1);  // not the user's cache
    const Outcome made = run_program(folder_.path(), {"train",          "lenet",
                                                      "--base",         "2",
                                                      "--image-size",   "16",
                                                      "--train-size",   "8",
                                                      "--val-size",     "6",
                                                      "--epochs",       "2",
                                                      "--device",       "cpu",
                                                      "--threads",      "1",
                                                      "--impl",         "default",
                                                      "--out",          "run",
                                                      "--quiet",        "--keep-predictions",
                                                      "--class-weight", "balanced"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  std::filesystem::path file(const std::string& name) const { return folder_ / "run" / name; }
  std::string run() const { return (folder_ / "run").string(); }

  /// run.json without the insides of what no command reads, and with two layers: each damage costs milliseconds.
  Json record() const {
    Json json = Json::parse(text_of(file("run.json")));
    for (const char* unread : {"command", "evaluation"}) json[unread] = Json::object();
    Json& layers = json["network"]["layers"];
    layers = Json{layers.front(), layers.back()};
    return json;
  }

  static Outcome called(const std::vector<std::string>& words) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = apps::run_command_line(words);
    std::fflush(stdout);
    return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }
  Outcome report() const { return called({"report", run(), "--quiet"}); }
  Outcome eval() const { return called({"eval", run(), "--device", "cpu", "--threads", "1"}); }

  /// Expects success, or one line without a library's words.
  static void expect_own_words(const Outcome& outcome, const std::string& what) {
    EXPECT_TRUE(outcome.status >= 0 && outcome.status <= 2) << what << ": status " << outcome.status;
    if (outcome.status == 0) return;
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << what << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find("gridstride: "), 0u) << what << ": " << outcome.err;
    EXPECT_EQ(library_words(outcome.err), "") << what << ": " << outcome.err;
  }
  void expect_refused(const Outcome& outcome, const std::vector<std::string>& parts) const {
    expect_one_line(outcome, 1, parts);
  }
  /// Changes predictions.safetensors; writing makes its checksums valid again.
  void change_predictions(const std::function<void(SafeTensors&)>& change) {
    SafeTensors tensors = read_safetensors(file("predictions.safetensors"));
    change(tensors);
    write_safetensors(file("predictions.safetensors"), tensors);
  }

  ScratchFolder folder_;
};

SafeTensor& named(SafeTensors& file, const std::string& name) {
  return *std::find_if(file.tensors.begin(), file.tensors.end(), [&](const SafeTensor& t) { return t.name == name; });
}
template <class T>
void put(SafeTensors& file, const std::string& name, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  named(file, name) = make_tensor(name, std::move(shape), values.data(), values.size());
}
void drop(SafeTensors& file, const std::string& name) {
  std::erase_if(file.tensors, [&](const SafeTensor& t) { return t.name == name; });
}

TEST_F(DamagedRun, EveryFieldOfItsRecordIsCheckedByReport) {
  for_each_damage(record(), [&](const Json& damaged, const std::string& what) {
    std::ofstream(file("run.json")) << damaged;
    expect_own_words(report(), what);
  });
}

TEST_F(DamagedRun, EveryFieldOfItsRecordIsCheckedByEval) {
  for_each_damage(record(), [&](const Json& damaged, const std::string& what) {
    std::ofstream(file("run.json")) << damaged;
    expect_own_words(eval(), what);
  });
}

TEST_F(DamagedRun, FlagsThatDescribeNoRunAreOfItsFile) {
  Json json = Json::parse(text_of(file("run.json")));
  json["flags"]["base"] = "wide";
  std::ofstream(file("run.json")) << json;
  expect_refused(eval(), {"run/run.json: its flags do not describe a run: --base must be a whole number", "'wide'"});
  json["flags"] = Json{{"resume", run()}};
  std::ofstream(file("run.json")) << json;
  expect_refused(eval(), {"run/run.json: its flags do not describe a run"});
}

TEST_F(DamagedRun, FieldsThatContradictOneAnotherAreRefused) {
  const Json whole = Json::parse(text_of(file("run.json")));
  for (const auto& [place, value, text] :
       {std::tuple{"/data/classes", Json{"mel"}, "'data.classes' must be a list of two or more names"},
        {"/data/labels", Json{"mel", "nev", "bcc"}, "'data.labels' must be a list of 2 names"},
        {"/recipe/class_weights", Json{1.0}, "'recipe.class_weights' must be an empty list or one of 2 numbers"},
        {"/recipe/class_weights", Json{1.0, 1e300}, "'recipe.class_weights[1]' must be a number from -3.4"},
        {"/network/input", Json{16, 0, 1}, "'network.input[1]' must be a whole number from 1 to"},
        {"/network/input", Json{65536, 65536, 1},
         "'network.input[1]' must be a whole number from 1 to 32767, not 65536"}}) {
    Json damaged = whole;
    damaged[Json::json_pointer(place)] = value;
    std::ofstream(file("run.json")) << damaged;
    expect_refused(report(), {"run/run.json: ", text});
  }
}

TEST_F(DamagedRun, EveryCutOfItsFilesIsOneLine) {
  for (const char* name : {"run.json", "history.csv", "best.safetensors", "predictions.safetensors"}) {
    const std::string whole = text_of(file(name));
    for (std::size_t part = 0; part < 16; ++part) {
      write_text(file(name), whole.substr(0, whole.size() * part / 16));
      expect_own_words(report(), name);
      expect_own_words(eval(), name);
    }
    std::filesystem::remove(file(name));
    expect_own_words(report(), name);
    expect_own_words(eval(), name);
    write_text(file(name), whole);
  }
  EXPECT_EQ(report().status, 0) << "it is whole again";
}

TEST_F(DamagedRun, PredictionsOfOtherImagesAreRefused) {
  const std::string whole = text_of(file("predictions.safetensors"));
  const auto refused = [&](const std::function<void(SafeTensors&)>& change, const std::vector<std::string>& parts) {
    change_predictions(change);
    expect_refused(report(), parts);
    write_text(file("predictions.safetensors"), whole);
  };
  refused(
      [](SafeTensors& f) {
        put(f, "labels", {8}, std::vector<std::int32_t>(8, 1));
        drop(f, "epochs.logits");
        put(f, "best.logits", {8, 1}, std::vector<float>(8));
      },
      {"predictions.safetensors is of 8 images, and the run has 6"});
  refused([](SafeTensors& f) { put(f, "labels", {8}, std::vector<std::int32_t>(8, 1)); },
          {"tensor 'epochs.logits' has the shape [2, 6, 1]", "[2, 8, 1]"});
  refused([](SafeTensors& f) { put(f, "labels", {0}, std::vector<std::int32_t>()); }, {"'labels' holds no image"});
  refused([](SafeTensors& f) { put(f, "labels", {6}, std::vector<std::int32_t>(6, 7)); },
          {"'labels' has 7", "2 classes"});
  refused([](SafeTensors& f) { put(f, "labels", {6}, std::vector<std::int32_t>(6, -1)); }, {"'labels' has -1"});
  refused([](SafeTensors& f) { put(f, "labels", {6}, std::vector<float>(6)); },
          {"predictions.safetensors: tensor 'labels' is F32, not I32"});
  refused(
      [](SafeTensors& f) {
        put(f, "epochs.logits", {1, 6, 1}, std::vector<float>(6));
      },
      {"holds fewer epochs than history.csv"});
  refused([](SafeTensors& f) { put(f, "epochs.logits", {12}, std::vector<float>(12)); }, {"has the shape [12]"});
  refused(
      [](SafeTensors& f) {
        drop(f, "epochs.logits");
        put(f, "best.logits", {6, 2}, std::vector<float>(12));
      },
      {"tensor 'best.logits' has the shape [6, 2]"});
  refused([](SafeTensors& f) { drop(f, "labels"); }, {"tensor 'labels' is missing"});
}

TEST_F(DamagedRun, LogitsOfANetworkThatDivergedAreShown) {
  change_predictions([](SafeTensors& f) {
    std::vector<float> logits(12, std::numeric_limits<float>::quiet_NaN());
    logits[3] = logits[9] = 1;
    put(f, "epochs.logits", {2, 6, 1}, logits);
  });
  EXPECT_EQ(report().status, 0);
}

TEST_F(DamagedRun, ItsHistoryIsCheckedLineByLine) {
  const std::vector<std::string> lines = lines_of(text_of(file("history.csv")));
  const auto with = [&](const std::string& second) {
    write_text(file("history.csv"), lines[0] + "\n" + lines[1] + "\n" + second + "\n");
  };
  for (const auto& [line, text] :
       {std::pair{"1e300,1,1,1,1,1,1,1", "line 3: the epoch must be 2, not 1e+300"},
        {"nan,1,1,1,1,1,1,1", "line 3: the epoch must be 2, not nan"},
        {"1,1,1,1,1,1,1,1", "line 3: the epoch must be 2, not 1"},
        {"2.5,1,1,1,1,1,1,1", "line 3: the epoch must be 2, not 2.5"},
        {"2,1,1,1,1,1e300,1,1", "line 3: the learning rate must be a number of 32 bits, not 1e+300"},
        {"2,1,1,1,1,1,1", "line 3: expected 8 numbers"}}) {
    with(line);
    expect_refused(report(), {"history.csv", text});
  }
  for (const char* line : {"2,nan,nan,nan,nan,1,nan,1", "2,1e308,-1e308,1e308,-1e308,1,1e308,1",
                           "2,inf,-inf,inf,0,1,inf,1", "2,1e16,1e16,10000000000000002,1,1,1,1"}) {
    with(line);
    EXPECT_EQ(report().status, 0) << line;
  }
}

TEST_F(DamagedRun, APlaceThatIsNoFolderIsNamed) {
  write_text(folder_ / "file", "");
  const std::string place = (folder_ / "file/page").string();
  expect_refused(called({"report", run(), "--quiet", "--out", place}), {"cannot make the folder " + place});
}

}  // namespace
}  // namespace gs::test
