// run_test.cpp - files of a training run, also after an interrupt, a kill or a full disk.
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <thread>

#include <nlohmann/json.hpp>

#include "engine/core/safetensors.h"
#include "engine/train/history_csv.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Names = std::vector<std::string>;
const Names all_files{"best.safetensors",        "history.csv",          "last.safetensors",
                      "predictions.safetensors", "previous.safetensors", "run.json"};

/// Expects every file under its final name to be complete.
void expect_whole_files(const std::filesystem::path& run) {
  for (const std::string& name : names_in(run)) {
    if (name == "run.json") {
      EXPECT_TRUE(json_of(run / name).contains("status"));
    } else if (name == "history.csv") {
      EXPECT_NO_THROW(parse_history_csv(text_of(run / name)));
    } else if (name.ends_with(".safetensors")) {
      EXPECT_NO_THROW(read_safetensors(run / name)) << name;
    }
  }
}

TEST(Run, LeavesItsFiles) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_run());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  ASSERT_EQ(names_in(folder / "runs"), Names{"lenet-2-16px-e2-cpu"});
  EXPECT_EQ(names_in(folder / "runs/lenet-2-16px-e2-cpu"), all_files);
  EXPECT_NE(outcome.out.find("runs/lenet-2-16px-e2-cpu"), std::string::npos);
}

TEST(Run, HistoryHasTheHeaderAndALineAnEpoch) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "run", "--epochs", "3"})).status, 0);
  const Names lines = lines_of(text_of(folder / "run/history.csv"));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], "epoch,loss,accuracy,val_loss,val_accuracy,lr,seconds,images_per_s");
  const std::regex line("[0-9]+(,[0-9.]+(e-?[0-9]+)?){4},1e-05(,[0-9.]+(e-?[0-9]+)?){2}");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_TRUE(std::regex_match(lines[i], line)) << lines[i];
    EXPECT_EQ(lines[i].substr(0, 2), std::to_string(i) + ",");
  }
}

TEST(Run, RecordHoldsWhatRepeatsIt) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "run", "--seed", "18446744073709551615", "--positive", "mel",
                                                 "--optimizer", "rmsprop"}))
                .status,
            0);
  const nlohmann::json run = json_of(folder / "run/run.json");
  EXPECT_EQ(run["status"], "finished");
  EXPECT_EQ(run["recipe"]["seed"], 18446744073709551615u);
  EXPECT_EQ(run["recipe"]["optimizer"]["name"], "rmsprop");
  EXPECT_EQ(run["recipe"]["learning_rate"], 1e-5);
  EXPECT_EQ(run["network"]["parameters"], 361);
  EXPECT_EQ(run["network"]["layers"].size(), 10u);
  EXPECT_EQ(run["data"]["source"], "synthetic:lesions");
  EXPECT_EQ(run["data"]["classes"], (Names{"mel", "nev"}));
  EXPECT_EQ(run["data"]["labels"], (Names{"nev", "mel"}));  // label 1 is the positive class
  EXPECT_EQ(run["data"]["checksum"].get<std::string>().size(), 16u);
  EXPECT_EQ(run["data"]["train"]["images"], 16);
  EXPECT_EQ(run["device"]["threads"], 1);
  EXPECT_TRUE(run["implementations"].contains("dense1 forward"));
  EXPECT_EQ(run["results"]["epochs"], 2);
  EXPECT_EQ(run["command"][0], "gridstride");
  EXPECT_FALSE(run["versions"]["compiler"].get<std::string>().empty());
}

TEST(Run, WeightsHaveTheNamesAndShapesOfTheNet) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "run"})).status, 0);
  const SafeTensors best = read_safetensors(folder / "run/best.safetensors");
  EXPECT_EQ(best.tensors.size(), 8u);
  EXPECT_EQ(best.at("conv2.weight").shape, (std::vector<std::int64_t>{4, 3, 3, 2}));
  const SafeTensors last = read_safetensors(folder / "run/last.safetensors");
  EXPECT_EQ(last.tensors.size(), 3 * 8u);  // with Adam's two moments
  EXPECT_EQ(last.at("moment2/dense1.weight").shape, last.at("dense1.weight").shape);
  EXPECT_EQ(last.metadata.at("epoch"), "2");
  EXPECT_EQ(last.metadata.at("step"), "4");
}

TEST(Run, SameSeedSameBits) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "a", "--dropout", "0.3"})).status, 0);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "b", "--dropout", "0.3"})).status, 0);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "c", "--dropout", "0.3", "--seed", "2"})).status, 0);
  EXPECT_EQ(text_of(folder / "a/last.safetensors"), text_of(folder / "b/last.safetensors"));
  EXPECT_NE(text_of(folder / "a/last.safetensors"), text_of(folder / "c/last.safetensors"));
}

TEST(Run, AnExistingRunIsRefusedAndUntouched) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "run"})).status, 0);
  const std::string before = text_of(folder / "run/run.json");
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "run"})), 2, {"run already exists", "--overwrite"});
  EXPECT_EQ(text_of(folder / "run/run.json"), before);
}

TEST(Run, OverwriteReplacesOnlyWhatRunsWrite) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "run"})).status, 0);
  std::ofstream(folder / "run/notes.txt") << "mine";
  std::ofstream(folder / "run/best.safetensors.part123") << "left by a killed run";
  // A run with an invalid argument must not touch the old run.
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "run", "--overwrite", "--data", "nowhere"})), 2, {});
  EXPECT_EQ(lines_of(text_of(folder / "run/history.csv")).size(), 3u);
  EXPECT_EQ(run_program(folder.path(), tiny_run({"--out", "run", "--overwrite", "--epochs", "5"})).status, 0);
  EXPECT_EQ(names_in(folder / "run"), (Names{"best.safetensors", "history.csv", "last.safetensors", "notes.txt",
                                             "predictions.safetensors", "previous.safetensors", "run.json"}));
  EXPECT_EQ(lines_of(text_of(folder / "run/history.csv")).size(), 6u);
  EXPECT_EQ(text_of(folder / "run/notes.txt"), "mine");
}

TEST(Run, AFolderThatCannotBeIsRefusedBeforeAnyWork) {
  const ScratchFolder folder;
  std::ofstream(folder / "file") << "not a folder";
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "file"})), 1, {"--out", "file", "not a folder"});
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "file/run"})), 1, {"--out", "file/run"});
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "/proc/run"})), 1, {"--out", "/proc/run"});
}

TEST(Run, AnUnwritableFolderIsRefusedBeforeAnyWork) {
  namespace fs = std::filesystem;
  const ScratchFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked",
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const auto as_somebody = [] {  // root may write everywhere
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && setuid(nobody) != 0) _exit(126);
  };
  const Outcome outcome = run_program(folder.path(), tiny_run({"--out", "locked"}), as_somebody);
  if (outcome.status == 127) GTEST_SKIP() << "the program is where another user cannot reach it";
  expect_one_line(outcome, 1, {"--out", "locked", "Permission denied"});
}

TEST(Run, ARefusedRunLeavesNoEmptyFolders) {
  const ScratchFolder folder;
  expect_one_line(run_program(folder.path(), tiny_run({"--out", "a/b/c", "--data", "nowhere"})), 2, {"nowhere"});
  EXPECT_EQ(names_in(folder.path()), Names{});
}

TEST(Run, ResumedEqualsUninterrupted) {
  const ScratchFolder folder;
  const Names recipe{"--dropout", "0.2", "--lr", "1e-3"};
  const auto with = [&](Names more) {
    more.insert(more.end(), recipe.begin(), recipe.end());
    return tiny_run(more);
  };
  ASSERT_EQ(run_program(folder.path(), with({"--out", "whole", "--epochs", "6"})).status, 0);
  ASSERT_EQ(run_program(folder.path(), with({"--out", "parts", "--epochs", "2"})).status, 0);
  const Outcome resumed = run_program(folder.path(), {"train", "--resume", "parts", "--epochs", "6"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(text_of(folder / "whole/last.safetensors"), text_of(folder / "parts/last.safetensors"));
  EXPECT_EQ(text_of(folder / "whole/best.safetensors"), text_of(folder / "parts/best.safetensors"));
  const auto whole = parse_history_csv(text_of(folder / "whole/history.csv"));
  const auto parts = parse_history_csv(text_of(folder / "parts/history.csv"));
  ASSERT_EQ(parts.size(), 6u);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(parts[i].loss, whole[i].loss) << "epoch " << i + 1;
    EXPECT_EQ(parts[i].val_loss, whole[i].val_loss) << "epoch " << i + 1;
  }
  expect_one_line(run_program(folder.path(), {"train", "--resume", "parts"}), 2, {"parts has 6 epochs already"});
  expect_one_line(run_program(folder.path(), {"train", "--resume", "parts", "--lr", "1"}), 2,
                  {"--lr comes from the run"});
}

TEST(Run, ImplementationsOfAnotherRunAreReplayed) {
  const ScratchFolder folder;
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "a", "--impl", "conv1 forward=direct"})).status, 0);
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "b", "--impl-from", "a"})).status, 0);
  EXPECT_EQ(json_of(folder / "b/run.json")["implementations"], json_of(folder / "a/run.json")["implementations"]);
  EXPECT_EQ(text_of(folder / "b/last.safetensors"), text_of(folder / "a/last.safetensors"));
}

/// Waits until a run has written its second epoch or more.
bool wait_for_epochs(RunningProgram& program, const std::filesystem::path& run) {
  using namespace std::chrono_literals;
  for (int i = 0; i < 6000 && !program.ended(); ++i, std::this_thread::sleep_for(10ms))
    if (lines_of(text_of(run / "history.csv")).size() > 2) return true;
  return false;
}

TEST(Run, TheSimulatorTrainsInTf32WhereAskedTo) {
  const ScratchFolder folder;
  const auto convolution_of = [&](const std::string& out, const Names& more) {
    Names words = tiny_run({"--device", "sim", "--epochs", "1", "--out", out});
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run_program(folder.path(), words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const nlohmann::json record = json_of(folder / (out + "/run.json"));
    EXPECT_EQ(record["recipe"]["precision"], more.empty() ? "fp32" : more.back());
    return record["implementations"]["conv2 data gradient"].get<std::string>();
  };
  EXPECT_EQ(convolution_of("default", {}), "tiled");
  EXPECT_EQ(convolution_of("tf32", {"--precision", "tf32"}), "tensor");
}

TEST(Run, ACpuEmulatesOtherPrecisionsAndSaysSo) {
  const ScratchFolder folder;
  for (const auto& [precision, implementation] : {std::pair{"tf32", "tf32_emulated"}, {"bf16", "bf16_emulated"}}) {
    const Outcome outcome = run_program(
        folder.path(), tiny_run({"--device", "cpu", "--epochs", "1", "--precision", precision, "--out", precision}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("(emulated:"), std::string::npos) << outcome.out;
    const nlohmann::json record = json_of(folder / (std::string(precision) + "/run.json"));
    EXPECT_EQ(record["recipe"]["precision"], precision);
    EXPECT_EQ(record["implementations"]["conv2 forward"], implementation);
    const Outcome evaluated = run_program(folder.path(), {"eval", precision, "--device", "cpu"});
    EXPECT_EQ(evaluated.status, 0) << evaluated.err;
    // The table of implementations is valid for that precision only.
    const Outcome other = run_program(folder.path(), tiny_run({"--device", "cpu", "--impl-from", precision}));
    EXPECT_EQ(other.status, 2);
    EXPECT_NE(other.err.find(std::string("give --precision ") + precision), std::string::npos) << other.err;
    const Outcome same = run_program(folder.path(), tiny_run({"--device", "cpu", "--epochs", "1", "--impl-from",
                                                              precision, "--precision", precision, "--out", "again"}));
    EXPECT_EQ(same.status, 0) << same.err;
    std::filesystem::remove_all(folder / "again");
  }
}

TEST(Run, CtrlCKeepsWhatIsComplete) {
  const ScratchFolder folder;
  RunningProgram program(folder.path(), tiny_run({"--out", "run", "--epochs", "100000000"}));
  ASSERT_TRUE(wait_for_epochs(program, folder / "run"));
  program.send(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.status, 130);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("interrupted after"), std::string::npos) << outcome.err;
  Names files = all_files;
  std::erase(files, "previous.safetensors");
  std::erase(files, "predictions.safetensors");  // predictions are written at the end of a run
  Names written = names_in(folder / "run");
  std::erase(written, "previous.safetensors");  // not if it was stopped at its first checkpoint
  EXPECT_EQ(written, files);
  expect_whole_files(folder / "run");
  const nlohmann::json record = json_of(folder / "run/run.json");
  EXPECT_EQ(record["status"], "interrupted");
  EXPECT_EQ(record["results"]["epochs"], parse_history_csv(text_of(folder / "run/history.csv")).size());
}

TEST(Run, KillLeavesOnlyWholeFiles) {
  const ScratchFolder folder;
  for (int round = 0; round < 5; ++round) {
    const std::string name = "run" + std::to_string(round);
    RunningProgram program(folder.path(), tiny_run({"--out", name, "--epochs", "100000000"}));
    ASSERT_TRUE(wait_for_epochs(program, folder / name));
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * round));
    program.send(SIGKILL);
    EXPECT_EQ(program.wait().status, 128 + SIGKILL);
    expect_whole_files(folder / name);
    EXPECT_EQ(json_of(folder / name / "run.json")["status"], "running");
  }
}

TEST(Run, AFileThatGrowsTooLargeIsAClearErrorAndNoHalfFile) {
  const ScratchFolder folder;
  // Weights of about 6 kB fit; with Adam's moments the file is three times as large and does not.
  const auto limit = [] {
    const rlimit size{8192, 8192};
    setrlimit(RLIMIT_FSIZE, &size);
  };
  const Outcome outcome = run_program(folder.path(), tiny_run({"--out", "run", "--base", "4"}), limit);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("run/last.safetensors"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("File too large"), std::string::npos) << outcome.err;
  const Names names = names_in(folder / "run");
  EXPECT_EQ(std::count(names.begin(), names.end(), "last.safetensors"), 0);
  for (const std::string& name : names) EXPECT_EQ(name.find(".part"), std::string::npos) << name;
  expect_whole_files(folder / "run");
  EXPECT_EQ(json_of(folder / "run/run.json")["status"], "failed");
}

/// A file system of 64 KiB.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path where) : where_(std::move(where)) {
    std::filesystem::create_directory(where_);
    mounted_ = mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount(where_.c_str());
  }
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path where_;
  bool mounted_;
};

TEST(Run, AFullDiskIsAClearErrorAndTheOldRunSurvives) {
  const ScratchFolder folder;
  const SmallDisk disk(folder / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "no right to mount a small file system";
  ASSERT_EQ(run_program(folder.path(), tiny_run({"--out", "disk/run"})).status, 0);
  const Outcome outcome = run_program(folder.path(), tiny_run({"--out", "disk/large", "--base", "16"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("No space left on device"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("disk/large/"), std::string::npos) << outcome.err;
  expect_whole_files(folder / "disk/large");
  EXPECT_EQ(names_in(folder / "disk/run"), all_files);
  expect_whole_files(folder / "disk/run");
}

TEST(Run, ADivergingRunFailsWithOneLineAndKeepsItsEpochs) {
  const ScratchFolder folder;
  const Outcome outcome =
      run_program(folder.path(), tiny_run({"--out", "run", "--optimizer", "sgd", "--lr", "1e20", "--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  EXPECT_NE(outcome.err.find("no longer finite"), std::string::npos) << outcome.err;
  EXPECT_EQ(json_of(folder / "run/run.json")["status"], "failed");
}

/// One step: its loss is that of the initial weights, and only the validation sees what the step has done.
TEST(Run, AValidationLossThatIsNotFiniteInTheOnlyEpochIsSaid) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_run({"--out", "run", "--optimizer", "sgd", "--lr", "1e13",
                                                               "--batch", "16", "--epochs", "1", "--quiet"}));
  expect_one_line(outcome, 1, {"the validation loss is no longer finite (epoch 1)", "learning rate 1e+13"});
  const auto record = json_of(folder / "run/run.json");
  EXPECT_EQ(record["status"], "failed");
  EXPECT_NE(record["message"].get<std::string>().find("no longer finite"), std::string::npos);
  expect_one_line(run_program(folder.path(), {"eval", "run", "--device", "cpu"}), 1,
                  {"run holds no best.safetensors; its status is failed: the validation loss is no longer finite"});
  expect_one_line(run_program(folder.path(), {"report", "run"}), 1,
                  {"run has failed: the validation loss is no longer"});
}

TEST(Run, QuietPrintsNothing) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_run({"--quiet"}));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(Run, PlainOutputHasNoControlCharacters) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), tiny_run());
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(outcome.out.find('\r'), std::string::npos);
}

TEST(Summary, PrintsTheNetAndWritesNothing) {
  const ScratchFolder folder;
  const Outcome summary = run_program(folder.path(), {"train", "lenet", "--summary"});
  EXPECT_EQ(summary.status, 0);
  for (const char* text : {"320", "18,496", "4,194,368", "65", "4,213,249"})
    EXPECT_NE(summary.out.find(text), std::string::npos) << text;
  const Outcome explained = run_program(folder.path(), tiny_run({"--explain"}));
  EXPECT_EQ(explained.status, 0) << explained.err;
  EXPECT_NE(explained.out.find("conv1 forward"), std::string::npos);
  EXPECT_EQ(names_in(folder.path()), Names{});
}

}  // namespace
}  // namespace gs::test
