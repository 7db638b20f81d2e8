// data_test.cpp - `gridstride data`, the ledger in run.json, names that are no UTF-8, and a config with a byte-order
// mark.
#include <nlohmann/json.hpp>

#include "engine/core/json_text.h"
#include "engine/data/readers.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

/// A terminal of 200 columns, so that no line is broken.
void wide() {
  setenv("COLUMNS", "200", 1);
}

TEST(DataConfig, MayBeginWithAByteOrderMark) {
  const ScratchFolder folder;
  write_text(folder / "run.toml",
             "\xef\xbb\xbf"
             "base = 3\r\n");
  const Outcome outcome = run_program(folder.path(), {"train", "lenet", "--config", "run.toml", "--summary"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_part(outcome.out, "37,075");  // parameters of base 3
  write_text(folder / "run.toml", std::string("\xff\xfe"
                                              "b\0=\0",
                                              6));
  expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", "run.toml", "--summary"}), 2,
                  {"--config: run.toml is UTF-16; save it as UTF-8"});
}

TEST(DataReport, IsOfPackedFilesToo) {
  const ScratchFolder folder;
  DataSplits data;
  data.classes = {"a", "b"};
  for (Dataset* split : {&data.train, &data.validation}) {
    *split = {2, 4, 6, 1, std::vector<std::uint8_t>(2 * 24), {0, 1}};
    for (std::size_t i = 0; i < split->images.size(); ++i) split->images[i] = std::uint8_t(i);
  }
  data.validation.images[0] = 77;
  write_packed(folder / "a.safetensors", data);
  const Outcome outcome = run_program(folder.path(), {"data", "a.safetensors"}, wide);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  for (const char* part :
       {"a.safetensors: a packed file, 2 + 2 images in 2 classes", "all 4x6 (height x width)", "all grey",
        "1 validation image also trains (first: training image 2 and validation image 2)"})
    expect_part(outcome.out, part);
  expect_one_line(run_program(folder.path(), {"data"}), 2, {"which data?"});
  expect_one_line(run_program(folder.path(), {"data", "nowhere"}), 2, {"--data nowhere: no such file or folder"});
}

#if GRIDSTRIDE_WITH_OPENCV
/// A picture of 8x6 that is all its own, with a file's bytes that end with `more`.
void write_picture(const std::filesystem::path& path, char grey, bool colour = false) {
  write_text(path, (colour ? "P6 6 8 255\n" : "P5 6 8 255\n") + std::string(colour ? 143 : 47, grey) + "a");
}

/// Two classes, in a folder whose name is not UTF-8; a picture in both splits, one in both classes, and others.
std::string write_folder(const ScratchFolder& folder) {
  const std::string name = "na\xefve";
  char grey = 'a';
  for (const char* split : {"train", "test"})
    for (const char* kind : {"mel", "nev"})
      for (const char* file : {"1.ppm", "2.ppm"})
        write_picture(folder / (name + "/" + split + "/" + kind + "/" + file), grey++);
  write_picture(folder / (name + "/test/mel/again.ppm"), 'a');
  write_picture(folder / (name + "/train/nev/both.ppm"), 'b');
  write_picture(folder / (name + "/train/mel/colour.ppm"), 'z', true);
  write_text(folder / (name + "/train/mel/film.mp4"), "");
  write_text(folder / (name + "/train/nev/broken.png"), "no picture");
  write_text(folder / (name + "/train/nev/\xff.mov"), "");
  return name;
}

TEST(DataReport, SaysWhatIsOddAboutAFolder) {
  const ScratchFolder folder;
  const std::string name = write_folder(folder);
  const Outcome outcome = run_program(folder.path(), {"data", name, "--image-size", "8"}, wide);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part :
       {"na\\xefve: a folder of pictures, 6 + 5 images in 2 classes", "mel           3           3  54.5 %",
        "all           6           5", "sizes   all 8x6 (height x width)", "colour  10 grey, 1 in colour",
        "1 validation image also trains (first: train/mel/1.ppm and test/mel/again.ppm)",
        "1 image is in two classes (first: train/mel/2.ppm and train/nev/both.ppm)",
        "files   14 seen, 11 used, 3 passed", "no picture (2): train/mel/film.mp4, train/nev/\\xff.mov",
        "train/nev/broken.png"})
    expect_part(outcome.out, part);
  const Outcome json = run_program(folder.path(), {"data", name, "--image-size", "8", "--json"});
  const nlohmann::json report = parse_json(json.out, "the report");
  EXPECT_EQ(report["training"], 6);
  EXPECT_EQ(report["colour"], 1);
  EXPECT_EQ(report.at("twice").at("two_classes").at(0).at(1), "train/nev/both.ppm");
  EXPECT_EQ(report["files"]["passed_over"].size(), 3u);
}

TEST(DataReport, ARunRecordsWhatWasPassedOver) {
  const ScratchFolder folder;
  const std::string name = write_folder(folder);
  std::vector<std::string> words{"train",  "lenet", "--data",       name, "--device",     "cpu",
                                 "--base", "2",     "--epochs",     "1",  "--threads",    "1",
                                 "--out",  "run",   "--image-size", "16", "--skip-broken"};
  const Outcome trained = run_program(folder.path(), words);
  EXPECT_EQ(trained.status, 0) << trained.err;
  for (const char* part : {"2 files are passed over: no picture: train/mel/film.mp4, train/nev/\\xff.mov", "broken.png",
                           "the same picture twice: 1 validation image also trains (first: train/mel/1.ppm and "
                           "test/mel/again.ppm); 1 image is in two classes"})
    expect_part(trained.err, part);
  const nlohmann::json record = parse_json(text_of(folder / "run/run.json"), "run.json");
  EXPECT_EQ(record.at("data").at("files")["seen"], 14);
  EXPECT_EQ(record.at("data").at("files")["used"], 11);
  EXPECT_EQ(record.at("data").at("files")["passed_over"][1]["file"], "train/nev/\\xff.mov");
  EXPECT_EQ(record.at("data").at("source"), "na\\xefve");
  // eval finds the folder by the bytes that its name had.
  const Outcome evaluated = run_program(folder.path(), {"eval", "run", "--device", "cpu"});
  EXPECT_EQ(evaluated.status, 0) << evaluated.err;
  EXPECT_EQ(evaluated.err, "") << "train has said it";
  expect_part(evaluated.out, "5 images of ");
  expect_part(evaluated.out, "(validation)");
  const Outcome resumed = run_program(folder.path(), {"train", "--resume", "run", "--epochs", "2", "--quiet"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  // A record of an older version has no ledger.
  nlohmann::json older = parse_json(text_of(folder / "run/run.json"), "run.json");
  older["data"].erase("files");
  write_text(folder / "run/run.json", json_text(older));
  EXPECT_EQ(run_program(folder.path(), {"eval", "run", "--device", "cpu"}).status, 0);
}

TEST(DataReport, EvalTakesTheTestFolderThatTheRunLeftAlone) {
  const ScratchFolder folder;
  char grey = 'a';
  for (const char* split : {"train", "val", "test"})
    for (const char* kind : {"mel", "nev"})
      write_picture(folder / (std::string("d/") + split + "/" + kind + "/1.ppm"), grey++);
  write_picture(folder / "d/test/mel/2.ppm", grey++);
  const Outcome trained =
      run_program(folder.path(), {"train", "lenet", "--data", "d", "--device", "cpu", "--base", "2", "--epochs", "1",
                                  "--threads", "1", "--out", "run", "--image-size", "16", "--quiet"});
  EXPECT_EQ(trained.status, 0);
  expect_part(trained.err, "d/val validates; d/test is left alone (--split test");
  const Outcome own = run_program(folder.path(), {"eval", "run", "--device", "cpu"});
  expect_part(own.out, "2 images of ");
  const Outcome tested = run_program(folder.path(), {"eval", "run", "--device", "cpu", "--split", "test"});
  EXPECT_EQ(tested.status, 0) << tested.err;
  expect_part(tested.out, "3 images of ");
  expect_part(tested.out, "(test, which the run left alone)");
}
#endif

}  // namespace
}  // namespace gs::test
