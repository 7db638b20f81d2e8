// streamed_run_test.cpp - a run whose pictures are decoded in the background, and the commands that use it afterwards.
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

#if GRIDSTRIDE_WITH_OPENCV
namespace gs::test {
namespace {

class StreamedRun : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* place : {"train/a", "train/b", "val/a", "val/b"})
      for (int i = 0; i < 9; ++i)
        write_text(folder_ / "photos" / place / (std::to_string(i) + ".pgm"), "P5 4 4 255\n" + some_pixels());
  }
  std::string some_pixels() {
    std::string pixels;
    for (int i = 0; i < 16; ++i) pixels += char((state_ = 1664525 * state_ + 1013904223) >> 24);
    return pixels;
  }
  Outcome run(const std::vector<std::string>& words) const {
    return run_program(folder_.path(), words, [] { setenv("COLUMNS", "200", 1); });
  }
  Outcome train(const std::string& out, const std::string& epochs, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"train",        "lenet", "--data",   "photos", "--base", "2",
                                   "--image-size", "16",    "--batch",  "4",      "--impl", "default",
                                   "--device",     "cpu",   "--epochs", epochs,   "--out",  out};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  nlohmann::json record(const std::string& run) const { return json_of(folder_ / run / "run.json"); }
  std::string weights(const std::string& run) const { return text_of(folder_ / run / "last.safetensors"); }

  ScratchFolder folder_;
  std::uint32_t state_ = 1;
};

TEST_F(StreamedRun, HasTheWeightsOfARunInMemory) {
  ASSERT_EQ(train("whole", "2").status, 0);
  const Outcome streamed = train("streamed", "2", {"--decode", "stream"});
  ASSERT_EQ(streamed.status, 0) << streamed.err;
  EXPECT_EQ(streamed.err, "");
  EXPECT_NE(streamed.out.find(", decoded for each epoch"), std::string::npos);
  EXPECT_NE(streamed.out.find("decoding steps waited"), std::string::npos) << streamed.out;
  EXPECT_EQ(weights("streamed"), weights("whole"));
  EXPECT_GE(record("streamed")["results"]["waited_for_images_s"], 0);
  EXPECT_FALSE(record("whole")["results"].contains("waited_for_images_s"));
  EXPECT_FALSE(record("streamed")["flags"].contains("decode")) << "a run is the same wherever its images are";
  EXPECT_EQ(record("streamed")["evaluation"], record("whole")["evaluation"]);

  ASSERT_EQ(train("short", "1", {"--decode", "stream"}).status, 0);
  const Outcome resumed = run({"train", "--resume", "short", "--epochs", "2", "--decode", "once"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(weights("short"), weights("whole"));
}

TEST_F(StreamedRun, ServesTheOtherCommands) {
  ASSERT_EQ(train("run", "2", {"--decode", "stream"}).status, 0);
  for (const char* split : {"training", "validation", "all"}) {
    const Outcome streamed = run({"eval", "run", "--split", split, "--decode", "stream", "--device", "cpu", "--json"});
    ASSERT_EQ(streamed.status, 0) << streamed.err;
    const Outcome whole = run({"eval", "run", "--data", "photos", "--split", split, "--device", "cpu", "--json"});
    EXPECT_EQ(nlohmann::json::parse(streamed.out)["metrics"], nlohmann::json::parse(whole.out)["metrics"]);
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"verify", "run"},
        {"report", "run", "--quiet"},
        {"data", "photos", "--decode", "stream"},
        {"profile", "lenet", "--data", "photos", "--decode", "stream", "--base", "2", "--image-size", "16", "--device",
         "cpu", "--impl", "default", "--out", "profile"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 0) << words[0] << ": " << outcome.err;
  }
}

TEST_F(StreamedRun, IsForPicturesThatNeedNotBeInMemory) {
  expect_one_line(run({"pack", "photos", "photos.safetensors", "--decode", "stream"}), 2, {"--decode stream: pack"});
  expect_one_line(run({"train", "lenet", "--decode", "stream"}), 2, {"--decode stream is for folders of images"});
  ASSERT_EQ(run({"pack", "photos", "photos.safetensors", "--quiet"}).status, 0);
  expect_one_line(run({"train", "lenet", "--data", "photos.safetensors", "--decode", "stream"}), 2,
                  {"photos.safetensors: --decode stream is for folders of image files"});
  expect_one_line(
      run({"train", "lenet", "--data", "photos", "--decode", "stream", "--device", "sim", "--kernel", "conv1=mine.cu"}),
      2, {"--kernel", "not --decode stream"});
  expect_one_line(run({"train", "lenet", "--decode", "later"}), 2, {"--decode must be one of auto, once, stream"});
}

}  // namespace
}  // namespace gs::test
#endif
