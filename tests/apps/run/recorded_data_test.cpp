// recorded_data_test.cpp - eval, report and --resume read the very data that a run was trained on, from any folder, or
// say that they are others.
#include <nlohmann/json.hpp>

#if GRIDSTRIDE_WITH_OPENCV
#include "engine/data/encode_png.h"
#endif
#include "tests/apps/program.h"
#include "tests/support/idx_files.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

/// 16 + 8 pictures of 16x16 in two classes. `seed`: other pixels of the same extents.
void write_data(const fs::path& folder, unsigned seed = 1) {
  for (const auto& [stem, count] : {std::pair{"train", 16u}, {"t10k", 8u}}) {
    std::string pixels, labels;
    for (unsigned i = 0; i < count * 256; ++i) pixels += char((i * i * seed + i / 256 % 2 * 90) % 160);
    for (unsigned i = 0; i < count; ++i) labels += char(i % 2);
    write_text(folder / (std::string(stem) + "-images-idx3-ubyte"), idx_images(count, 16, 16, pixels));
    write_text(folder / (std::string(stem) + "-labels-idx1-ubyte"), idx_labels(labels));
  }
}

/// A run in here/run that was trained there, with --data pictures; elsewhere/pictures are others.
class RecordedData : public testing::Test {
 protected:
  void SetUp() override {
    write_data(folder_ / "here/pictures");
    write_data(folder_ / "elsewhere/pictures", 7);
    const Outcome trained =
        run("here", {"train", "lenet", "--data", "pictures", "--base", "2", "--epochs", "2", "--threads", "1",
                     "--device", "cpu", "--impl", "default", "--quiet", "--out", "run", "--keep-predictions"});
    ASSERT_EQ(trained.status, 0) << trained.err;
  }
  Outcome run(const std::string& place, const std::vector<std::string>& words) const {
    return run_program(folder_ / place, words);
  }
  nlohmann::json record(const std::string& place = "here") const { return json_of(folder_ / place / "run/run.json"); }
  fs::path path() const {
    const fs::path path = record()["data"]["path"].get<std::string>();
    EXPECT_TRUE(path.is_absolute()) << path;
    return fs::canonical(path);
  }
  std::string checksum() const { return record()["data"]["checksum"]; }

  ScratchFolder folder_;
};

TEST_F(RecordedData, AreFoundFromAnotherFolder) {
  const nlohmann::json metrics = record()["evaluation"]["best"]["validation"];
  const Outcome eval = run("elsewhere", {"eval", "../here/run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  const nlohmann::json answer = nlohmann::json::parse(eval.out);
  EXPECT_EQ(answer["metrics"], metrics);
  EXPECT_EQ(answer["checksum"], checksum());
  EXPECT_EQ(answer["own_data"], true);
  const Outcome report = run("elsewhere", {"report", "../here/run", "--quiet"});
  EXPECT_EQ(report.status, 0) << report.err;
  const Outcome resumed = run("elsewhere", {"train", "--resume", "../here/run", "--epochs", "3", "--quiet"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(record()["flags"]["data"], "pictures") << "as it was typed";
  EXPECT_EQ(path(), fs::canonical(folder_ / "here/pictures"));
  EXPECT_EQ(record()["resumed"][0]["changed"], nlohmann::json({{"epochs", {{"before", "2"}, {"after", "3"}}}}));
}

TEST_F(RecordedData, AreFoundBesideARunThatMovedWithThem) {
  fs::rename(folder_ / "here", folder_ / "there");
  const Outcome eval = run("there", {"eval", "run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["metrics"], record("there")["evaluation"]["best"]["validation"]);
  expect_one_line(run("elsewhere", {"eval", "../there/run"}), 1, {"../there/run was trained on other data"});
  expect_one_line(run("", {"eval", "there/run"}), 2, {"--data ", "here/pictures: no such file or folder"});
}

TEST_F(RecordedData, AreRefusedIfTheyHaveChanged) {
  write_data(folder_ / "here/pictures", 3);
  expect_one_line(run("here", {"eval", "run"}), 1,
                  {"run was trained on other data than ", "here/pictures holds now: their checksum was " + checksum(),
                   "evaluates what it holds"});
  expect_one_line(run("here", {"report", "run", "--quiet"}), 1, {"run was trained on other data than "});
  expect_one_line(run("here", {"train", "--resume", "run", "--epochs", "3", "--quiet"}), 1,
                  {"run was trained on other data than ", "--data may name"});
}

TEST_F(RecordedData, OthersAreEvaluatedIfTheyAreNamed) {
  const Outcome others = run("elsewhere", {"eval", "../here/run", "--data", "pictures", "--json"});
  ASSERT_EQ(others.status, 0) << others.err;
  EXPECT_EQ(nlohmann::json::parse(others.out)["own_data"], false);
  const Outcome text = run("elsewhere", {"eval", "../here/run", "--data", "pictures"});
  EXPECT_NE(text.out.find("8 images of pictures (validation, not the data of the run)"), std::string::npos) << text.out;
  const Outcome own = run("elsewhere", {"eval", "../here/run", "--data", "../here/pictures"});
  EXPECT_NE(own.out.find("8 images of ../here/pictures (validation)"), std::string::npos) << own.out;
}

TEST_F(RecordedData, MayMoveBeforeTheRunGoesOn) {
  fs::rename(folder_ / "here/pictures", folder_ / "moved");
  expect_one_line(run("here", {"train", "--resume", "run", "--epochs", "3", "--quiet"}), 2,
                  {"here/pictures: no such file or folder"});
  expect_one_line(
      run("here", {"train", "--resume", "run", "--epochs", "3", "--quiet", "--data", "../elsewhere/pictures"}), 1,
      {"run was trained on other data than ../elsewhere/pictures holds now"});
  const Outcome resumed = run("here", {"train", "--resume", "run", "--epochs", "3", "--quiet", "--data", "../moved"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(record()["resumed"][0]["changed"],
            nlohmann::json({{"data", {{"before", "pictures"}, {"after", "../moved"}}},
                            {"epochs", {{"before", "2"}, {"after", "3"}}}}));
  EXPECT_EQ(path(), fs::canonical(folder_ / "moved"));
  const Outcome eval = run("elsewhere", {"eval", "../here/run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["metrics"], record()["evaluation"]["best"]["validation"]);
}

TEST_F(RecordedData, AreTransposedAgain) {
  const Outcome trained =
      run("here", {"train", "lenet", "--data", "pictures", "--transpose", "--base", "2", "--epochs", "1", "--threads",
                   "1", "--device", "cpu", "--impl", "default", "--quiet", "--out", "upright"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const nlohmann::json record = json_of(folder_ / "here/upright/run.json");
  EXPECT_NE(record["data"]["checksum"], checksum());
  const Outcome eval = run("elsewhere", {"eval", "../here/upright", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["checksum"], record["data"]["checksum"]);
  expect_one_line(run("here", {"eval", "run", "--transpose"}), 2, {"--transpose is for other images"});
}

TEST(RecordedIdx, OfAPrefixIsFoundBesideARunThatMovedWithIt) {
  const ScratchFolder folder;
  write_data(folder / "here/pictures");
  for (const char* split : {"train", "t10k"})
    for (const char* kind : {"-images-idx3-ubyte", "-labels-idx1-ubyte"}) {
      const std::string name = split + std::string(kind);
      fs::rename(folder / "here/pictures" / name, folder / "here/pictures" / ("emnist-letters-" + name));
    }
  const Outcome trained = run_program(
      folder / "here", {"train", "lenet", "--data", "pictures/emnist-letters", "--base", "2", "--epochs", "1",
                        "--threads", "1", "--device", "cpu", "--impl", "default", "--quiet", "--out", "run"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  fs::rename(folder / "here", folder / "there");
  const Outcome eval = run_program(folder / "there", {"eval", "run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["own_data"], true);
}

#if GRIDSTRIDE_WITH_OPENCV
TEST(RecordedTable, IsFoundFromAnotherFolder) {
  const ScratchFolder folder;
  std::string table = "name,kind,patient\n";
  for (int i = 0; i < 12; ++i) {
    const auto png = encode_png({8, 8, 1, std::vector<std::uint8_t>(64, std::uint8_t(10 + 15 * i))});
    write_text(folder / ("here/photos/p" + std::to_string(i) + ".png"), std::string(png.begin(), png.end()));
    table += "p" + std::to_string(i) + (i % 2 == 0 ? ",even,a" : ",odd,a") + std::to_string(i / 2) + "\n";
  }
  write_text(folder / "here/labels.csv", table);
  fs::create_directory(folder / "elsewhere");
  const auto run = [&](const std::string& place, const std::vector<std::string>& words) {
    return run_program(folder / place, words);
  };
  const Outcome trained = run(
      "here",
      {"train",          "lenet",   "--data",         "photos",  "--labels",    "labels.csv", "--image-column", "name",
       "--label-column", "kind",    "--group-column", "patient", "--val-split", "0.3",        "--image-size",   "16",
       "--base",         "2",       "--epochs",       "1",       "--threads",   "1",          "--device",       "cpu",
       "--impl",         "default", "--quiet",        "--out",   "run"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const auto record = [&] { return json_of(folder / "here/run/run.json"); };
  EXPECT_EQ(record()["flags"]["labels"], "labels.csv");
  EXPECT_EQ(fs::canonical(record()["data"]["table"].get<std::string>()), fs::canonical(folder / "here/labels.csv"));
  EXPECT_EQ(record()["data"]["kind"], "table");
  const Outcome eval = run("elsewhere", {"eval", "../here/run", "--json"});
  ASSERT_EQ(eval.status, 0) << eval.err;
  EXPECT_EQ(nlohmann::json::parse(eval.out)["own_data"], true);
  // Beside the pictures it is found by its name alone, and moves with them.
  fs::rename(folder / "here", folder / "there");
  fs::rename(folder / "there/labels.csv", folder / "there/photos/labels.csv");
  const Outcome moved = run("there", {"eval", "run", "--json"});
  ASSERT_EQ(moved.status, 0) << moved.err;
  EXPECT_EQ(nlohmann::json::parse(moved.out)["own_data"], true);
  fs::rename(folder / "there/photos/labels.csv", folder / "there/labels.csv");
  fs::rename(folder / "there", folder / "here");
  fs::rename(folder / "here/labels.csv", folder / "elsewhere/moved.csv");
  expect_one_line(run("here", {"eval", "run"}), 2, {"--labels ", "here/labels.csv: there is no such file"});
  const Outcome resumed =
      run("elsewhere", {"train", "--resume", "../here/run", "--epochs", "2", "--quiet", "--labels", "moved.csv"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(fs::canonical(record()["data"]["table"].get<std::string>()), fs::canonical(folder / "elsewhere/moved.csv"));
}

/// 8 pictures of each class in photos/train, `tests` in photos/test; the run is trained with `more`.
class RecordedSplits : public testing::Test {
 protected:
  void write(int tests) const {
    for (const auto& [place, count] :
         {std::pair{"train/dark", 8}, {"train/light", 8}, {"test/dark", tests}, {"test/light", tests}})
      for (int i = 0; i < count; ++i) {
        const std::string name = place;  // no picture is there twice
        const int grey = i + (name.ends_with("light") ? 200 : 0) + (name.starts_with("test") ? 30 : 0);
        const auto png = encode_png({8, 8, 1, std::vector<std::uint8_t>(64, std::uint8_t(grey))});
        write_text(folder_ / "photos" / place / (std::to_string(i) + ".png"), std::string(png.begin(), png.end()));
      }
  }
  void train(const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "train",     "lenet", "--data",   "photos", "--image-size", "16",      "--base",  "2",     "--epochs", "1",
        "--threads", "1",     "--device", "cpu",    "--impl",       "default", "--quiet", "--out", "run"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome trained = run(words);
    ASSERT_EQ(trained.status, 0) << trained.err;
  }
  Outcome run(const std::vector<std::string>& words) const { return run_program(folder_.path(), words); }

  ScratchFolder folder_;
};

TEST_F(RecordedSplits, TheTestFolderIsEvaluatedThatValSplitLeftAlone) {
  write(3);
  train({"--val-split", "0.5"});
  const Outcome text = run({"eval", "run", "--split", "test"});
  EXPECT_NE(text.out.find("6 images of "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("(test, which the run left alone)"), std::string::npos) << text.out;
  expect_one_line(run({"train", "lenet", "--data", "photos", "--split", "test", "--val-split", "0.5"}), 2,
                  {"--split test and --val-split both say what validates"});
  expect_one_line(run({"eval", "run", "--data", "photos", "--split", "test", "--val-split", "0.5"}), 2,
                  {"--split test and --val-split both say what to evaluate"});
}

TEST_F(RecordedSplits, TheTestFolderThatValidatedMustNotHaveChanged) {
  write(3);
  train({});
  const Outcome own = run({"eval", "run", "--split", "test", "--json"});
  ASSERT_EQ(own.status, 0) << own.err;
  EXPECT_EQ(nlohmann::json::parse(own.out)["own_data"], true);
  write(4);
  expect_one_line(run({"eval", "run", "--split", "test"}), 1, {"run was trained on other data than "});
}

/// Without val/ the new picture may train or validate: the splits are others either way.
TEST(RecordedFolder, WithAPictureMoreIsRefusedInOneLine) {
  const ScratchFolder folder;
  const auto write_picture = [&](const std::string& name, int grey) {
    const Image image{8, 8, 1, std::vector<std::uint8_t>(64, std::uint8_t(grey))};
    const auto png = encode_png(image);
    write_text(folder / "photos" / (name + ".png"), std::string(png.begin(), png.end()));
  };
  for (int i = 0; i < 8; ++i)
    write_picture("dark/" + std::to_string(i), i), write_picture("light/" + std::to_string(i), 200 + i);
  const auto run = [&](const std::vector<std::string>& words) { return run_program(folder.path(), words); };
  const Outcome trained =
      run({"train", "lenet", "--data", "photos", "--image-size", "16x20", "--base", "2", "--epochs", "1", "--threads",
           "1", "--device", "cpu", "--impl", "default", "--quiet", "--out", "run"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const Outcome own = run({"eval", "run", "--json"});
  EXPECT_EQ(own.status, 0);
  EXPECT_EQ(own.err, "");
  write_picture("light/more", 250);
  expect_one_line(run({"eval", "run"}), 1, {"run was trained on other data than ", "photos holds now"});
  const Outcome named = run({"eval", "run", "--data", "photos", "--json"});
  ASSERT_EQ(named.status, 0) << named.err;
  EXPECT_EQ(nlohmann::json::parse(named.out)["own_data"], false);
}
#endif

}  // namespace
}  // namespace gs::test
