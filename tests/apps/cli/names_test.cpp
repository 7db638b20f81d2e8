// names_test.cpp - names from files and from the command line cannot send a terminal an escape sequence.
#include <fstream>

#include "engine/data/readers.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// Only newlines, and bytes above 0x9f, of which the tests have none, may stand beside plain ASCII.
void expect_plain(const Outcome& outcome) {
  for (const std::string& text : {outcome.out, outcome.err})
    for (const char letter : text)
      EXPECT_TRUE(letter == '\n' || (letter >= ' ' && letter < 0x7f))
          << "byte " << int(static_cast<unsigned char>(letter)) << " in: " << text;
}

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

/// Two classes whose names would colour and break lines, in a file whose name would ring the bell.
std::string write_data(const ScratchFolder& folder) {
  DataSplits data;
  data.classes = {"mel\x1b[31m", "nev\nus"};
  for (Dataset* split : {&data.train, &data.validation}) {
    *split = {4, 16, 16, 1, std::vector<std::uint8_t>(4 * 16 * 16), {0, 1, 0, 1}};
    for (std::size_t i = 0; i < split->images.size(); ++i) split->images[i] = std::uint8_t(i * 7);
  }
  const std::string name = "ring\a.safetensors";
  write_packed(folder / name, data);
  return name;
}

TEST(Names, OfClassesAndFilesArePrintedAsText) {
  const ScratchFolder folder;
  const std::string data = write_data(folder);
  const Outcome trained =
      run_program(folder.path(), {"train", "lenet", "--data", data, "--device", "cpu", "--base", "2", "--epochs", "1",
                                  "--threads", "1", "--out", "run\x1b]0;title\a"});
  EXPECT_EQ(trained.status, 0) << trained.err;
  expect_plain(trained);
  for (const char* part : {"mel\\x1b[31m", "ring\\x07.safetensors", "run\\x1b]0;title\\x07"})
    expect_part(trained.out, part);
  const Outcome evaluated = run_program(folder.path(), {"eval", "run\x1b]0;title\a", "--device", "cpu"});
  EXPECT_EQ(evaluated.status, 0) << evaluated.err;
  expect_plain(evaluated);
  for (const char* part : {"mel\\x1b[31m", "nev\\x0aus"}) expect_part(evaluated.out, part);
  const Outcome reported = run_program(folder.path(), {"report", "run\x1b]0;title\a", "--out", "page\x1b[1m"});
  EXPECT_EQ(reported.status, 0) << reported.err;
  expect_plain(reported);
  expect_part(reported.out, "page\\x1b[1m/report.html");
  const Outcome packed = run_program(folder.path(), {"pack", data, "\x1b[2J.safetensors"});
  EXPECT_EQ(packed.status, 0) << packed.err;
  expect_plain(packed);
  expect_part(packed.out, "\\x1b[2J.safetensors: 4 + 4 images");
}

TEST(Names, InMessagesArePrintedAsText) {
  const ScratchFolder folder;
  for (const auto& [words, part] :
       {std::pair<std::vector<std::string>, std::string>{{"train", "lenet\x1b[2J"}, "lenet\\x1b[2J"},
        {{"train", "lenet", "--data", "two\nlines"}, "two\\x0alines"},
        {{"train", "lenet", "--batch", "8\r\x9b"}, "'8\\x0d\\x9b'"},
        {{"eval", "\xff\xfe"}, "\\xff\\xfe"},
        {{"train", "lenet", "--config", "\x1b[A"}, "--config \\x1b[A: there is no such file"}}) {
    const Outcome outcome = run_program(folder.path(), words);
    expect_one_line(outcome, 2, {part});
    expect_plain(outcome);
  }
}

#if GRIDSTRIDE_WITH_OPENCV
TEST(Names, OfPicturesArePrintedAsText) {
  const ScratchFolder folder;
  const std::string data = write_data(folder), picture = "\x1b[5mp.pgm";
  EXPECT_EQ(run_program(folder.path(), {"train", "lenet", "--data", data, "--device", "cpu", "--base", "2", "--epochs",
                                        "1", "--threads", "1", "--out", "run", "--quiet"})
                .status,
            0);
  write_text(folder / picture, "P5 16 16 255\n" + std::string(256, 'g'));
  const Outcome predicted = run_program(folder.path(), {"predict", "run", picture, "no\nfile", "--device", "cpu"});
  EXPECT_EQ(predicted.status, 1) << "a picture is missing";
  expect_plain(predicted);
  expect_part(predicted.out, "\\x1b[5mp.pgm  ");
  expect_part(predicted.err, "no\\x0afile");
  for (const std::string& line : lines_of(predicted.out))
    EXPECT_TRUE(line.find("mel\\x1b[31m") != line.npos || line.find("nev\\x0aus") != line.npos) << line;
}
#endif

TEST(Names, OfASweepAreText) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(
      folder.path(), {"sweep", "lenet", "--grid", "positive=m\x1b[1m,n", "--plan", "--out", "sweep\x1b[2J"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_plain(outcome);
  expect_part(outcome.out, "below sweep\\x1b[2J");
}

TEST(Names, OfALabAreText) {
  const ScratchFolder folder;
  std::ofstream(folder / "lab.json") << R"({"title": "t\u001b[5m", "tasks": [{"id": "1", "title": "x\u0007",
    "runs": [{"name": "\u009b1m", "model": "lenet", "positive": "m\u001b[1m", "epochs": 2}]}]})";
  const Outcome outcome = run_program(folder.path(), {"lab", "--lab", "lab.json", "--plan"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_plain(outcome);
  for (const char* part : {"t\\x1b[5m", "x\\x07", "\\xc2\\x9b1m", "positive=m\\x1b[1m"}) expect_part(outcome.out, part);
}

}  // namespace
}  // namespace gs::test
