// saved_run_test.cpp - commands on a finished run: eval, predict, report, resume.
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/program.h"
#include "tests/support/idx_files.h"

namespace gs::test {
namespace {

/// Trains a run in `folder`/run.
class SavedRun : public testing::Test {
 protected:
  void train(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--out", "run", "--quiet"});
    ASSERT_EQ(run_program(folder_.path(), tiny_run(more)).status, 0);
  }
  Outcome run(const std::vector<std::string>& words) { return run_program(folder_.path(), words); }

  ScratchFolder folder_;
};

TEST_F(SavedRun, EvalRepeatsTheRunsOwnNumbers) {
  train();
  const nlohmann::json record = json_of(folder_ / "run/run.json");
  for (const std::string weights : {"best", "last"}) {
    const Outcome outcome = run({"eval", "run", "--json", "--weights", weights});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const nlohmann::json answer = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(answer["metrics"], record["evaluation"][weights]["validation"]) << weights;
    EXPECT_EQ(answer["epoch"], record["evaluation"][weights]["epoch"]);
  }
  const Outcome text = run({"eval", "run"});
  EXPECT_NE(text.out.find("balanced accuracy"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("rows: true class"), std::string::npos) << text.out;
}

/// Every command that rebuilds the network reads depth and optimizer from the run.
TEST_F(SavedRun, OfAResNetIsEvaluatedResumedAndProfiled) {
  const std::vector<std::string> network = {"resnet",       "--depth",      "8",         "--base",     "2",
                                            "--image-size", "16",           "--threads", "1",          "--device",
                                            "cpu",          "--train-size", "12",        "--val-size", "8"};
  const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), network.begin(), network.end());
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const std::vector<std::string> lion = {"--optimizer", "lion", "--beta1", "0.8", "--impl", "default", "--quiet"};
  std::vector<std::string> one = lion, two = lion;
  one.insert(one.end(), {"--epochs", "1", "--out", "run"});
  two.insert(two.end(), {"--epochs", "2", "--out", "whole"});
  ASSERT_EQ(run(with({"train"}, one)).status, 0);
  ASSERT_EQ(run(with({"train"}, two)).status, 0);
  nlohmann::json record = json_of(folder_ / "run/run.json");
  EXPECT_EQ(record["network"]["depth"], 8);
  EXPECT_EQ(record["recipe"]["optimizer"],
            (nlohmann::json{{"name", "lion"}, {"beta1", 0.8}, {"beta2", 0.99}, {"weight_decay", 0.0}}));
  const Outcome eval = run({"eval", "run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["metrics"], record["evaluation"]["best"]["validation"]);
  const Outcome profile = run({"profile", "run", "--steps", "5", "--out", "profile"});
  EXPECT_EQ(profile.status, 0) << profile.err;

  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", "2", "--quiet"}).status, 0);
  record = json_of(folder_ / "run/run.json");
  EXPECT_EQ(record["evaluation"], json_of(folder_ / "whole/run.json")["evaluation"]);
}

TEST_F(SavedRun, OfPicturesThatAreNotSquareIsResumedAndEvaluated) {
  const auto words = [](const std::string& out, const char* epochs) {
    return tiny_run({"--image-size", "16x24", "--epochs", epochs, "--quiet", "--impl", "default", "--out", out});
  };
  std::vector<std::string> oblong = words("run", "1"), whole = words("whole", "2");
  oblong.erase(oblong.begin() + 2, oblong.begin() + 4), whole.erase(whole.begin() + 2, whole.begin() + 4);
  const Outcome outcome = run(oblong);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_EQ(run(whole).status, 0);
  EXPECT_EQ(json_of(folder_ / "run/run.json")["data"]["image"], (nlohmann::json{16, 24, 1}));
  ASSERT_EQ(run({"train", "--resume", "run", "--epochs", "2", "--quiet"}).status, 0);
  const nlohmann::json record = json_of(folder_ / "run/run.json");
  EXPECT_EQ(record["evaluation"], json_of(folder_ / "whole/run.json")["evaluation"]);
  const Outcome eval = run({"eval", "run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["metrics"], record["evaluation"]["best"]["validation"]);
  const Outcome others = run({"eval", "run", "--data", "synthetic:lesions", "--train-size", "4", "--val-size", "4"});
  EXPECT_EQ(others.status, 0) << others.err;
  const Outcome profile = run({"profile", "run", "--steps", "3", "--out", "profile"});
  EXPECT_EQ(profile.status, 0) << profile.err;
}

TEST_F(SavedRun, OfPicturesThatAreNotSquareIsNamedByBothExtents) {
  ASSERT_EQ(run({"train", "lenet", "--image-size", "16x24", "--base", "2", "--limit", "8", "--epochs", "1", "--device",
                 "cpu", "--quiet"})
                .status,
            0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "runs/lenet-2-16x24px-e1-cpu/run.json"));
  const Outcome packed = run({"pack", "synthetic:lesions", "p.safetensors", "--image-size", "16x24", "--limit", "4"});
  EXPECT_NE(packed.out.find("images of 16x24x1"), std::string::npos) << packed.out << packed.err;
}

TEST_F(SavedRun, OfAnotherDepthHasANameOfItsOwn) {
  for (const char* depth : {"8", "14"})
    ASSERT_EQ(run({"train", "resnet", "--depth", depth, "--base", "2", "--image-size", "16", "--train-size", "8",
                   "--val-size", "8", "--epochs", "1", "--device", "cpu", "--impl", "default", "--quiet"})
                  .status,
              0);
}

TEST_F(SavedRun, EvalTakesOtherImagesAndEverySplit) {
  train();
  const auto images = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"eval",         "run", "--json",     "--data", "synthetic:lesions",
                                      "--train-size", "6",   "--val-size", "4"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run(words).out)["images"].get<int>();
  };
  EXPECT_EQ(images({}), 4);
  EXPECT_EQ(images({"--split", "training"}), 6);
  EXPECT_EQ(images({"--split", "all"}), 10);
}

TEST_F(SavedRun, EvalRefusesWhatDoesNotFit) {
  train();
  expect_one_line(run({"eval"}), 2, {"which run"});
  expect_one_line(run({"eval", "nowhere"}), 2, {"nowhere", "run.json"});
  expect_one_line(run({"eval", "run", "--image-size", "9"}), 2, {"--image-size", "the trained network fixes it"});
  expect_one_line(run({"eval", "run", "--limit", "3"}), 2, {"--limit", "needs --data"});
  std::filesystem::remove(folder_ / "run/best.safetensors");
  expect_one_line(run({"eval", "run"}), 1, {"best.safetensors"});
  std::ofstream(folder_ / "run/run.json") << "{}";
  expect_one_line(run({"eval", "run"}), 1, {"run/run.json: 'status' is missing"});
}

#if GRIDSTRIDE_WITH_OPENCV
TEST_F(SavedRun, PredictNamesPicturesAndLosesNoneToABrokenOne) {
  train();
  std::ofstream(folder_ / "grey.pgm") << "P2 2 2 255 10 200 30 40\n";
  std::ofstream(folder_ / "broken.png") << "no picture";
  const Outcome outcome = run({"predict", "run", "grey.pgm", "broken.png", "--json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("broken.png"), std::string::npos);
  const nlohmann::json answer = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0]["image"], "grey.pgm");
  EXPECT_NEAR(answer[0]["probabilities"]["mel"].get<double>() + answer[0]["probabilities"]["nev"].get<double>(), 1,
              1e-9);
  EXPECT_EQ(answer[0]["probability"], answer[0]["probabilities"][answer[0]["class"].get<std::string>()]);
}

/// Picture `i`, 20 rows of 36 pixels: class 1 is bright on the left.
std::string oblong_picture(int i) {
  std::string pixels;
  for (int p = 0; p < 20 * 36; ++p) pixels += char((p * 7 + i * 13) % 50 + (i % 2 == 1 && p % 36 < 18 ? 150 : 0));
  return pixels;
}

TEST_F(SavedRun, PredictSeesTheSamePixelsAsEval) {
  constexpr int train_images = 32, images = 12;
  for (const auto& [stem, count] : {std::pair{"train", train_images}, {"t10k", images}}) {
    std::string pixels, labels;
    for (int i = 0; i < count; ++i) pixels += oblong_picture(i), labels += char(i % 2);
    const std::string begin = "idx/" + std::string(stem);
    write_text(folder_ / (begin + "-images-idx3-ubyte"), idx_images(std::uint32_t(count), 20, 36, pixels));
    write_text(folder_ / (begin + "-labels-idx1-ubyte"), idx_labels(labels));
  }
  const Outcome trained = run({"train", "lenet", "--data", "idx", "--base", "2", "--epochs", "2", "--lr", "0.003",
                               "--device", "cpu", "--quiet", "--keep-predictions", "--out", "run"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(json_of(folder_ / "run/run.json")["data"]["image"], (nlohmann::json{20, 36, 1}));
  std::vector<std::string> words = {"predict", "run", "--json"};
  for (int i = 0; i < images; ++i) {
    const std::string name = std::to_string(i) + ".pgm";
    write_text(folder_ / name, "P5 36 20 255\n" + oblong_picture(i));
    words.push_back(name);
  }
  const Outcome predicted = run(words), evaluated = run({"eval", "run", "--json"});
  ASSERT_EQ(predicted.status, 0) << predicted.err;
  ASSERT_EQ(evaluated.status, 0) << evaluated.err;
  nlohmann::json confusion = {{0, 0}, {0, 0}};
  double loss = 0;
  const nlohmann::json answer = nlohmann::json::parse(predicted.out);
  for (int i = 0; i < images; ++i) {
    const nlohmann::json& one = answer.at(std::size_t(i));
    const std::size_t truth = std::size_t(i % 2), said = one["class"] == "1" ? 1 : 0;
    confusion[truth][said] = confusion[truth][said].get<int>() + 1;
    loss -= std::log(one["probabilities"][truth == 1 ? "1" : "0"].get<double>()) / images;
  }
  const nlohmann::json metrics = nlohmann::json::parse(evaluated.out)["metrics"];
  EXPECT_EQ(confusion, metrics["confusion"]);
  EXPECT_NEAR(loss, metrics["loss"].get<double>(), 1e-5);
}

TEST_F(SavedRun, PredictGivesAScoreWhereTheLossKnowsNoProbability) {
  train({"--loss", "hinge"});
  std::ofstream(folder_ / "grey.pgm") << "P2 2 2 255 10 200 30 40\n";
  const Outcome outcome = run({"predict", "run", "grey.pgm"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("score"), std::string::npos) << outcome.out;
}

TEST_F(SavedRun, PredictDoesNotWaitForAFifoOrADevice) {
  train();
  ASSERT_EQ(mkfifo((folder_ / "fifo.png").c_str(), 0600), 0);
  const Outcome outcome = run({"predict", "run", "fifo.png", "/dev/zero"});
  EXPECT_EQ(outcome.status, 1);
  const std::vector<std::string> lines = lines_of(outcome.err);
  ASSERT_EQ(lines.size(), 2u) << outcome.err;
  EXPECT_NE(lines[0].find("fifo.png: not a regular file"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("/dev/zero: not a regular file"), std::string::npos) << lines[1];
}
#endif

TEST_F(SavedRun, PredictNeedsARunAndPictures) {
  expect_one_line(run({"predict"}), 2, {"a run and pictures"});
  expect_one_line(run({"predict", "nowhere", "a.png"}), 2, {"nowhere", "run.json"});
}

TEST_F(SavedRun, ReportOfRunsSideBySide) {
  train();
  ASSERT_EQ(run(tiny_run({"--out", "other", "--quiet", "--seed", "2"})).status, 0);
  const Outcome outcome = run({"report", "run", "other", "--out", "page"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::ifstream in(folder_ / "page/report.html");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(page.find("\"other\""), std::string::npos);
  EXPECT_NE(page.find("Side by side"), std::string::npos);
#if GRIDSTRIDE_WITH_OPENCV
  EXPECT_TRUE(std::filesystem::exists(folder_ / "page/curves.png"));
#endif
  expect_one_line(run({"report"}), 2, {"which runs"});
  expect_one_line(run({"report", "nowhere"}), 2, {"nowhere/run.json"});
}

TEST_F(SavedRun, EarlyStoppingEndsTheRunAndKeepsTheBestEpoch) {
  train({"--epochs", "40", "--lr", "0.02", "--patience", "2"});
  const nlohmann::json record = json_of(folder_ / "run/run.json");
  std::ifstream in(folder_ / "run/history.csv");
  const std::string history{std::istreambuf_iterator<char>(in), {}};
  const std::size_t epochs = lines_of(history).size() - 1;
  EXPECT_LT(epochs, 40u);
  EXPECT_EQ(record["evaluation"]["best"]["epoch"].get<std::size_t>(), epochs - 2);
}

TEST_F(SavedRun, AResumedRunKeepsThePredictionsOfEveryEpoch) {
  // Schedule and augmentation resume, too.
  const auto words = [](const std::string& out, const std::string& epochs) {
    return tiny_run({"--out", out, "--quiet", "--keep-predictions", "--epochs", epochs, "--lr", "0.01", "--flip",
                     "both", "--rotate", "20", "--schedule", "step", "--step-epochs", "1", "--step-factor", "0.5"});
  };
  ASSERT_EQ(run(words("run", "4")).status, 0);
  ASSERT_EQ(run(words("parts", "2")).status, 0);
  ASSERT_EQ(run({"train", "--resume", "parts", "--epochs", "4", "--quiet"}).status, 0);
  const auto bytes = [&](const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  EXPECT_EQ(bytes("parts/predictions.safetensors"), bytes("run/predictions.safetensors"));
}

TEST_F(SavedRun, EvalTrainAddsColumnsThatEvalConfirms) {
  train({"--eval-train"});
  std::ifstream in(folder_ / "run/history.csv");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::vector<std::string> lines = lines_of(text);
  EXPECT_NE(lines.at(0).find("train_loss,train_accuracy"), std::string::npos) << lines[0];
  const double loss = json_of(folder_ / "run/run.json")["evaluation"]["last"]["training"]["loss"];
  const auto column = std::count(lines[0].begin(), lines[0].begin() + std::ptrdiff_t(lines[0].find("train_loss")), ',');
  std::istringstream fields(lines.back());
  std::string field;
  for (std::ptrdiff_t i = 0; i <= column; ++i) std::getline(fields, field, ',');
  EXPECT_NEAR(std::stod(field), loss, 1e-6);
}

}  // namespace
}  // namespace gs::test
