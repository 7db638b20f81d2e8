// range_of_run_test.cpp - pictures of 12 bits are trained, evaluated and predicted in one range; data without content
// are blamed by name.
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

#if GRIDSTRIDE_WITH_OPENCV
namespace gs::test {
namespace {

/// A picture of 2x2 values of 16 bits.
std::string wide_picture(int value) {
  std::string file = "P5 2 2 65535\n";
  for (int i = 0; i < 4; ++i) file += char(value * i / 3 >> 8), file += char(value * i / 3);
  return file;
}

class RangeOfRun : public testing::Test {
 protected:
  void write(int largest) {
    for (const char* place : {"train/a", "train/b", "val/a", "val/b"})
      for (int i = 0; i < 4; ++i)
        write_text(folder_ / "photos" / place / (std::to_string(i) + ".png"), wide_picture(largest >> i));
  }
  Outcome train(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"train",        "lenet",   "--data",    "photos", "--base",   "2",
                                   "--image-size", "16",      "--threads", "1",      "--device", "cpu",
                                   "--impl",       "default", "--quiet",   "--out",  "run",      "--overwrite"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(folder_.path(), words);
  }
  nlohmann::json record() const { return nlohmann::json::parse(text_of(folder_ / "run/run.json")); }

  ScratchFolder folder_;
};

TEST_F(RangeOfRun, IsRecordedAndUsedAgain) {
  write(4095);
  const Outcome trained = train({"--epochs", "1"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("of 16 bits 12 are in use, so 0 to 4095 become 0 to 255"), std::string::npos)
      << trained.err;
  EXPECT_EQ(record()["data"]["range_bits"], 12);
  EXPECT_EQ(run_program(folder_.path(), {"eval", "run", "--device", "cpu"}).status, 0) << "the same checksum";
  // By itself it would be taken for 13 bits.
  write_text(folder_ / "bright.png", wide_picture(8000));
  const Outcome predicted = run_program(folder_.path(), {"predict", "run", "bright.png", "--device", "cpu"});
  EXPECT_EQ(predicted.status, 0) << predicted.err;
  EXPECT_NE(predicted.err.find("bright.png: values above 4095 became 255, as the range is of 12 bits"),
            std::string::npos)
      << predicted.err;
  ASSERT_EQ(train({"--epochs", "1", "--range", "full"}).status, 0);
  EXPECT_EQ(record()["data"]["range_bits"], 16);
  EXPECT_EQ(record()["flags"]["range"], "full");
}

/// Runs from before --range kept the upper 8 of 16 bits, and neither their flags nor their data say so.
TEST_F(RangeOfRun, OfOlderRunsIsAllBits) {
  write(4095);
  ASSERT_EQ(train({"--epochs", "1", "--range", "full"}).status, 0);
  nlohmann::ordered_json older = nlohmann::ordered_json::parse(text_of(folder_ / "run/run.json"));
  older["data"].erase("range_bits");
  older["flags"].erase("range");
  write_text(folder_ / "run/run.json", older.dump());
  for (const char* command : {"eval", "verify"}) {
    const Outcome read = run_program(folder_.path(), {command, "run"});
    EXPECT_EQ(read.status, 0) << command << ": " << read.err;
    EXPECT_EQ(read.err.find("the same picture twice"), std::string::npos) << "train has said it";
  }
  const Outcome resumed = run_program(folder_.path(), {"train", "--resume", "run", "--epochs", "2", "--quiet"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(record()["resumed"][0]["changed"], nlohmann::json({{"epochs", {{"before", "1"}, {"after", "2"}}}}));
}

TEST_F(RangeOfRun, WithoutOneAPictureIsPredictedAsIfAlone) {
  for (const char* place : {"train/a", "train/b", "val/a", "val/b"})
    for (int i = 0; i < 2; ++i)
      write_text(folder_ / "photos" / place / (std::to_string(i) + ".png"),
                 "P5 2 2 255\n" + std::string(4, char(40 * i + 9)));
  ASSERT_EQ(train({"--epochs", "1"}).status, 0);
  EXPECT_EQ(record()["data"]["range_bits"], 0);
  write_text(folder_ / "dim.png", wide_picture(4095));
  write_text(folder_ / "bright.png", wide_picture(65535));
  const auto predict = [&](const std::vector<std::string>& pictures) {
    std::vector<std::string> words{"predict", "run", "--json"};
    words.insert(words.end(), pictures.begin(), pictures.end());
    return nlohmann::json::parse(run_program(folder_.path(), words).out)[0];
  };
  EXPECT_EQ(predict({"dim.png"}), predict({"dim.png", "bright.png"}));
}

TEST_F(RangeOfRun, DataWithoutContentAreBlamed) {
  write(0);
  const Outcome trained = train({"--epochs", "4"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("--data photos: every pixel of all 8 training images is 0"), std::string::npos)
      << trained.err;
  const std::string verdict = record()["results"]["verdict"];
  EXPECT_NE(verdict.find("The data are at fault, no setting: every pixel of all 8 training images is 0"),
            std::string::npos)
      << verdict;
  EXPECT_EQ(verdict.find("--lr"), std::string::npos) << verdict;
}

}  // namespace
}  // namespace gs::test
#endif
