// bad_input_test.cpp - every bad flag gives one line with the expected values and exit status 2; nothing is written.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "tests/apps/program.h"

namespace gs::test {
namespace {

struct BadInput {
  std::vector<std::string> words;
  std::vector<std::string> parts;  ///< texts that the line must contain
};

class BadFlags : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadFlags, IsRefusedWithOneLine) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), GetParam().words), 2, GetParam().parts);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{}) << "a refused command left files behind";
}

INSTANTIATE_TEST_SUITE_P(
    Train, BadFlags,
    ::testing::Values(
        BadInput{{"train"}, {"which network", "train lenet"}},
        BadInput{{"train", "lenett"}, {"unknown model 'lenett'", "did you mean 'lenet'?"}},
        BadInput{{"train", "lenet", "more"}, {"unexpected 'more'", "usage: gridstride train MODEL"}},
        BadInput{{"train", "lenet", "--bach", "4"}, {"unknown flag '--bach'", "did you mean '--batch'?"}},
        BadInput{{"train", "lenet", "--zzzzzz"}, {"unknown flag '--zzzzzz'", "--help"}},
        BadInput{{"train", "lenet", "-x"}, {"unknown flag '-x'"}},
        BadInput{{"train", "lenet", "--batch", "0"}, {"--batch must be a whole number", "'0'"}},
        BadInput{{"train", "lenet", "--batch", "8.5"}, {"--batch must be a whole number", "'8.5'"}},
        BadInput{{"train", "lenet", "--batch", "8x"}, {"--batch must be a whole number", "'8x'"}},
        BadInput{{"train", "lenet", "--batch"}, {"--batch needs a value"}},
        BadInput{{"train", "lenet", "--batch", "4", "--batch", "8"}, {"--batch is given more than once"}},
        BadInput{{"train", "lenet", "--quiet=maybe"}, {"--quiet takes no value"}},
        BadInput{{"train", "lenet", "--epochs", "0"}, {"--epochs must be a whole number of at least 1", "'0'"}},
        BadInput{{"train", "lenet", "--epochs", "99999999999999999999"}, {"--epochs must be a whole number"}},
        BadInput{{"train", "lenet", "--base", "0"}, {"--base must be a whole number", "'0'"}},
        BadInput{{"train", "lenet", "--base", "4096", "--image-size", "8192", "--summary"},
                 {"lenet: flatten would have", "--image-size or --base"}},
        BadInput{{"train", "lenet", "--lr", "-1"}, {"--lr must be a number above 0", "'-1'"}},
        BadInput{{"train", "lenet", "--lr", "0"}, {"--lr must be a number above 0"}},
        BadInput{{"train", "lenet", "--lr", "nan"}, {"--lr must be a number above 0", "'nan'"}},
        BadInput{{"train", "lenet", "--lr", "inf"}, {"--lr must be a number above 0", "'inf'"}},
        BadInput{{"train", "lenet", "--lr", "1e60"}, {"--lr must be a number above 0"}},   // Inf in fp32
        BadInput{{"train", "lenet", "--lr", "1e-60"}, {"--lr must be a number above 0"}},  // 0 in fp32
        BadInput{{"train", "lenet", "--lr", "fast"}, {"--lr must be a number above 0", "'fast'"}},
        BadInput{{"train", "lenet", "--dropout", "1"}, {"--dropout must be a number from 0 to below 1", "'1'"}},
        BadInput{{"train", "lenet", "--dropout", "-0.1"}, {"--dropout must be a number"}},
        BadInput{{"train", "lenet", "--beta1", "1"}, {"--beta1 must be a number from 0 to below 1"}},
        BadInput{{"train", "lenet", "--beta2", "0.9999999999"}, {"--beta2 must be"}},  // 1 in fp32
        BadInput{{"train", "lenet", "--epsilon", "0"}, {"--epsilon must be a number above 0"}},
        BadInput{{"train", "lenet", "--weight-decay", "-1"}, {"--weight-decay must be a number of at least 0"}},
        BadInput{{"train", "lenet", "--optimizer", "sgdd"},
                 {"--optimizer must be one of adam, adamw, lamb, lion, rmsprop, sgd", "'sgdd'"}},
        BadInput{{"train", "lenet", "--depth", "20"}, {"--depth 20: lenet comes in one depth only"}},
        BadInput{{"train", "resnet", "--depth", "21"}, {"--depth 21: resnet has 6n + 2 layers"}},
        BadInput{{"train", "lenet", "--momentum", "0.9"}, {"--momentum is for --optimizer sgd, not adam"}},
        BadInput{{"train", "lenet", "--optimizer", "sgd", "--epsilon", "1e-8"}, {"--epsilon is for --optimizer"}},
        BadInput{{"train", "lenet", "--nesterov"}, {"--nesterov"}},
        BadInput{{"train", "lenet", "--step-epochs", "5"}, {"--step-epochs", "--schedule step"}},
        BadInput{{"train", "lenet", "--schedule", "linear"}, {"--schedule must be one of", "'linear'"}},
        BadInput{{"train", "lenet", "--label-smoothing", "1"}, {"--label-smoothing must be a number"}},
        BadInput{{"train", "lenet", "--loss", "hinge", "--label-smoothing", "0.1"}, {"--label-smoothing"}},
        BadInput{{"train", "lenet", "--class-weight", "some"}, {"--class-weight must be one of"}},
        BadInput{{"train", "lenet", "--flip", "sideways"}, {"--flip must be one of"}},
        BadInput{{"train", "lenet", "--rotate", "-3"}, {"--rotate must be a number"}},
        BadInput{{"train", "mlp", "--features", "hog", "--flip", "both"}, {"--flip", "--features"}},
        BadInput{{"train", "lenet", "--features", "hog"}, {"--features hog", "mlp"}},
        BadInput{{"train", "lenet", "--loss", "mse"}, {"--loss must be one of auto, bce, softmax, hinge", "'mse'"}},
        BadInput{{"train", "lenet", "--output", "sigmoid"}, {"--output sigmoid is for --loss hinge"}},
        BadInput{{"train", "lenet", "--channels", "2"}, {"--channels must be one of 1, 3, not '2'"}},
        BadInput{{"train", "lenet", "--image-size", "0"}, {"--image-size must be a whole number from 1 to"}},
        BadInput{{"train", "lenet", "--image-size", "1"}, {"--image-size"}},
        BadInput{{"train", "lenet", "--image-size", "96x"}, {"--image-size must be", "as in 96x128", "'96x'"}},
        BadInput{{"train", "lenet", "--image-size", "96x8193"}, {"--image-size must be", "'96x8193'"}},
        BadInput{{"train", "lenet", "--image-size", "96x128x1"}, {"--image-size must be", "'96x128x1'"}},
        BadInput{{"train", "lenet", "--limit", "0"}, {"--limit must be a whole number"}},
        BadInput{{"train", "lenet", "--val-split", "1"}, {"--val-split must be a number between 0 and 1"}},
        BadInput{{"train", "lenet", "--val-split", "0.2"}, {"--val-split is for folders"}},
        BadInput{{"train", "lenet", "--data", "d", "--group-column", "g"}, {"--group-column", "needs --labels"}},
        BadInput{{"train", "lenet", "--labels", "t.csv"}, {"--labels is for folders"}},
        BadInput{{"train", "lenet", "--transpose"}, {"--transpose is for IDX files"}},
        BadInput{{"train", "lenet", "--data", "d", "--labels", "t.csv", "--transpose"}, {"--transpose is for IDX"}},
        BadInput{{"train", "lenet", "--data", "d", "--labels", "t.csv", "--label-pattern", "a,b"},
                 {"--labels and --label-pattern both say the classes"}},
        BadInput{{"train", "lenet", "--data", "d", "--labels", "t.csv", "--split-column", "s", "--val-split", "0.2"},
                 {"--split-column and --val-split both say what validates"}},
        BadInput{{"train", "lenet", "--data", "synthetic:cats"}, {"--data", "synthetic:lesions"}},
        BadInput{{"train", "lenet", "--data", "nowhere"}, {"nowhere"}},
        BadInput{{"train", "lenet", "--data", "nowhere", "--train-size", "9"}, {"--train-size is for synthetic data"}},
        BadInput{{"train", "lenet", "--seed", "-1"}, {"--seed must be a whole number from 0"}},
        BadInput{{"train", "lenet", "--seed", "18446744073709551616"}, {"--seed must be a whole number"}},
        BadInput{{"train", "lenet", "--threads", "-2"}, {"--threads must be a whole number"}},
        BadInput{{"train", "lenet", "--device", "gpu"},
                 {"--device must be one of auto, cuda, cuda:N, cpu, sim", "'gpu'"}},
        BadInput{{"train", "lenet", "--precision", "fp16"}, {"--precision must be one of fp32, tf32, bf16"}},
        BadInput{{"train", "lenet", "--impl", "conv1="}, {"--impl", "'conv1=' lacks the implementation"}},
        BadInput{{"train", "lenet", "--impl", "=direct"}, {"--impl", "'=direct' lacks the call"}},
        BadInput{{"train", "lenet", "--warm-up", "1", "--epochs", "1"}, {"--warm-up 1 leaves nothing of 1 epoch"}},
        BadInput{{"train", "lenet", "--impl", "fast"}, {"--impl", "'fast'", "default, own"}},
        BadInput{{"train", "lenet", "--impl-from", "nowhere"},
                 {"--impl-from: nowhere is not the folder of a run", "nowhere/run.json"}},
        BadInput{{"train", "lenet", "--config", "nowhere.toml"}, {"nowhere.toml"}},
        BadInput{{"train", "--resume", "nowhere"},
                 {"--resume: nowhere is not the folder of a run", "nowhere/run.json"}},
        BadInput{{"train", "lenet", "--out", ""}, {"--out must not be empty"}}));

INSTANTIATE_TEST_SUITE_P(Others, BadFlags,
                         ::testing::Values(BadInput{{"trian"}, {"unknown command 'trian'", "did you mean 'train'?"}},
                                           BadInput{{"test"}, {"a command of the launcher: ./gridstride test"}},
                                           BadInput{{"bench", "lenet"}, {"invalid case 'lenet'", "lenet:32:8"}},
                                           BadInput{{"bench", "lenet:0:8"}, {"invalid case 'lenet:0:8'"}},
                                           BadInput{{"bench", "lenet:32:8x"}, {"invalid case"}},
                                           BadInput{{"bench", "lenet:4097:8"}, {"invalid case", "at most 4096"}},
                                           BadInput{{"bench", "lenet:32:65537"}, {"invalid case", "at most 65536"}},
                                           BadInput{{"bench", "lanet:32:8"}, {"unknown model 'lanet'", "'lenet'"}},
                                           BadInput{{"bench", "--step", "3"}, {"unknown flag '--step'", "'--steps'"}},
                                           BadInput{{"pack"}, {"usage: gridstride pack SOURCE OUT.safetensors"}},
                                           BadInput{{"pack", "synthetic:lesions", "out.bin"},
                                                    {".safetensors", "'out.bin'"}},
                                           BadInput{{"devices", "all"}, {"unexpected 'all'"}}));

TEST(BadInput, AMissingModelIsSaidBeforeAnythingElseButAnUnknownFlag) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), {"train", "--epochs", "3"}), 2, {"which network"});
  expect_one_line(run_program(folder.path(), {"train", "--epcohs", "3"}), 2, {"unknown flag '--epcohs'", "'--epochs'"});
}

TEST(BadInput, OneOutputLossesAreForTwoClasses) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), tiny_run({"--positive", "cat"})), 2, {"--positive cat", "mel, nev"});
  expect_one_line(run_program(folder.path(), tiny_run({"--loss", "softmax", "--positive", "mel"})), 2, {"--positive"});
}

TEST(BadInput, AnUnknownStepOrImplementationIsNamed) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), tiny_run({"--impl", "conv9 forward=direct"})), 2,
                  {"--impl: ", "conv9 forward"});
  const Outcome unknown = run_program(folder.path(), tiny_run({"--impl", "foo=bar"}));
  expect_one_line(unknown, 2, {"--impl: no call is named 'foo'", "conv1 forward"});
  const auto first = unknown.err.find("update");
  EXPECT_EQ(unknown.err.find("flatten"), std::string::npos) << "that is no step: " << unknown.err;
  EXPECT_EQ(unknown.err.find("update", first + 1), std::string::npos) << "each step once: " << unknown.err;
  expect_one_line(run_program(folder.path(), tiny_run({"--impl", "conv1 forward=nonsense"})), 2,
                  {"--impl: conv1 forward", "nonsense"});
}

TEST(BadInput, ATableOfAnotherNetworkIsRefused) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "r1", "--quiet"})).status, 0);
  expect_one_line(run_program(folder.path(), {"train", "mlp", "--device", "cpu", "--base", "2", "--image-size", "16",
                                              "--limit", "16", "--epochs", "1", "--impl-from", "r1"}),
                  2, {"--impl-from r1: that run was lenet, this one would be mlp"});
}

/// The limit of a container works alike, but only root can set one.
TEST(Memory, MoreThanTheLimitIsRefusedBeforeItIsAllocated) {
  const ScratchFolder folder;
  const auto limited = [] {
    const rlimit limit{std::uint64_t(3) << 30, std::uint64_t(3) << 30};
    setrlimit(RLIMIT_AS, &limit);
  };
  expect_one_line(
      run_program(folder.path(), {"train", "lenet", "--device", "cpu", "--image-size", "2048", "--train-size", "1000"},
                  limited),
      2, {"--data synthetic:lesions: 1200 images of 2048x2048x1 need 4.7 GiB", "of 3.0 GiB"});
  expect_one_line(run_program(folder.path(), tiny_run({"--base", "4096", "--batch", "4096"}), limited), 1,
                  {"out of memory", "of 3.0 GiB"});
}

TEST(Threads, AreThoseOfTheVariableUnlessAskedFor) {
  const ScratchFolder folder;
  const auto one = [] { setenv("OMP_NUM_THREADS", "1", 1); };
  std::vector<std::string> words = tiny_run({"--out", "run", "--quiet"});
  words.erase(std::find(words.begin(), words.end(), "--threads"),
              std::find(words.begin(), words.end(), "--threads") + 2);
  ASSERT_EQ(run_program(folder.path(), words, one).status, 0);
  EXPECT_NE(text_of(folder / "run/run.json").find("\"threads\": 1"), std::string::npos);
}

TEST(StandardOutput, ThatIsFullIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const ScratchFolder folder;
  const auto full = [] { dup2(open("/dev/full", O_WRONLY), 1); };
  expect_one_line(run_program(folder.path(), {"models"}, full), 1,
                  {"standard output could not be written: No space left on device"});
  expect_one_line(run_program(folder.path(), {"train", "--help"}, full), 1,  // more than one buffer
                  {"standard output could not be written: No space left on device"});
}

TEST(ConfigFile, SetsFlagsAndTheCommandLineWins) {
  const ScratchFolder folder;
  std::ofstream(folder / "run.toml") << "model = \"lenet\"\nbase = 2\nimage-size = 16\nlimit = 16\nepochs = 7\n"
                                        "device = \"cpu\"\nout = \"from_file\"\nquiet = true\n";
  const Outcome outcome = run_program(folder.path(), {"train", "--config", "run.toml", "--epochs", "3"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(lines_of(text_of(folder / "from_file/history.csv")).size(), 4u);
}

TEST(ConfigFile, UnknownKeysAndBadValuesAreRefused) {
  const ScratchFolder folder;
  std::ofstream(folder / "typo.toml") << "batsh = 4\n";
  expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", "typo.toml"}), 2,
                  {"'batsh'", "did you mean 'batch'?"});
  std::ofstream(folder / "bad.toml") << "batch = -4\n";
  expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", "bad.toml"}), 2,
                  {"--batch must be a whole number", "'-4'"});
  std::ofstream(folder / "section.toml") << "[train]\nbatch = 4\n";
  expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", "section.toml"}), 2, {"without sections"});
  std::ofstream(folder / "nameless.toml") << "epochs = 1\n # batch\n = 8\n";
  expect_one_line(run_program(folder.path(), {"train", "lenet", "--config", "nameless.toml"}), 2,
                  {"--config: nameless.toml, line 3", "batch = 8"});
}

TEST(Help, ListsEveryFlagWithItsDefault) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), {"train", "--help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* flag : {"--data",         "--train-size",   "--val-size",
                           "--image-size",   "--channels",     "--label-pattern",
                           "--val-split",    "--limit",        "--base",
                           "--dropout",      "--epochs",       "--batch",
                           "--lr",           "--optimizer",    "--depth",
                           "--momentum",     "--rho",          "--beta1",
                           "--beta2",        "--epsilon",      "--weight-decay",
                           "--loss",         "--output",       "--positive",
                           "--precision",    "--impl",         "--impl-from",
                           "--seed",         "--out",          "--overwrite",
                           "--threads",      "--quiet",        "--summary",
                           "--explain",      "--device",       "--config",
                           "--skip-broken",  "--resume",       "--labels",
                           "--image-column", "--label-column", "--group-column",
                           "--split-column", "--transpose",    "--range",
                           "--decode",       "--split",        "[val]",
                           "[1e-05]",        "[20]",           "[8]",
                           "[adam]",         "[auto]"})
    EXPECT_NE(outcome.out.find(flag), std::string::npos) << flag;
  for (const std::string& line : lines_of(outcome.out)) EXPECT_LE(line.size(), 80u) << line;
}

TEST(Overview, NamesEveryCommand) {
  const ScratchFolder folder;
  const Outcome help = run_program(folder.path(), {"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* command : {"train", "lab", "sweep", "report", "eval", "predict", "verify", "bench", "profile",
                              "pack", "data", "models", "devices"})
    EXPECT_NE(help.out.find(std::string("\n  ") + command + " "), std::string::npos) << command;
  EXPECT_EQ(run_program(folder.path(), {}).status, 2);
  EXPECT_NE(run_program(folder.path(), {"--version"}).out.find("gridstride 0."), std::string::npos);
  EXPECT_NE(run_program(folder.path(), {"models"}).out.find("4,213,249 parameters"), std::string::npos);
}

}  // namespace
}  // namespace gs::test
