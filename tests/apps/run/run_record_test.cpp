// run_record_test.cpp - run.json of a real run, read back through RunDirectory; whole, and with each field damaged.
#include "engine/train/run_record.h"

#include <gtest/gtest.h>

#include <fstream>

#include "engine/core/error.h"
#include "engine/core/pretty_json.h"
#include "engine/train/run_directory.h"
#include "tests/apps/program.h"

namespace gs::test {
namespace {

using Json = nlohmann::ordered_json;

class RecordOfARun : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_program(folder_.path(), tiny_run({"--out", "run", "--quiet", "--class-weight", "balanced"})).status,
              0);
    json_ = Json::parse(text_of(file()));
  }
  std::filesystem::path file() const { return folder_ / "run/run.json"; }
  RunDirectory run() const { return RunDirectory(folder_ / "run"); }
  std::string message_after(const Json& damaged) const {
    std::ofstream(file()) << damaged;
    EXPECT_THROW(run().record_if_any(), Error) << "a sweep would overwrite a run that it cannot read";
    try {
      run().record();
    } catch (const Error& error) {
      return error.what();
    }
    return "it was accepted";
  }

  ScratchFolder folder_;
  Json json_;
};

TEST_F(RecordOfARun, IsWhatTheRunHasWritten) {
  const RunRecord r = run().record();
  EXPECT_TRUE(r.finished());
  EXPECT_EQ(r.started, json_["started"]);
  EXPECT_EQ(r.flags.at("model"), "lenet");
  EXPECT_EQ(r.flags.at("base"), "2");
  EXPECT_EQ(r.network.name, "lenet");
  EXPECT_EQ(r.network.base, 2);
  EXPECT_EQ(r.network.input, (Shape{16, 16, 1}));
  EXPECT_EQ(r.network.layers.size(), json_["network"]["layers"].size());
  EXPECT_EQ(r.network.layers[0].parameters.at("conv1.weight"), (std::vector<std::int64_t>{2, 3, 3, 1}));
  EXPECT_EQ(r.training.loss, LossKind::bce);
  EXPECT_EQ(r.training.optimizer, "adam");
  EXPECT_EQ(r.training.precision, "fp32");
  EXPECT_EQ(r.training.batch, 8);
  EXPECT_EQ(r.training.class_weights.size(), 2u);
  EXPECT_EQ(r.data.checksum, json_["data"]["checksum"]);
  EXPECT_EQ(r.data.classes, (std::vector<std::string>{"mel", "nev"}));
  EXPECT_EQ(r.data.labels, (std::vector<std::string>{"mel", "nev"}));
  EXPECT_EQ(r.data.positive, "nev");
  EXPECT_EQ(r.data.training_images, 16);
  EXPECT_EQ(r.device.name, "cpu");
  EXPECT_EQ(r.machine.cpu, json_["machine"]["cpu"]);
  EXPECT_EQ(r.implementations.size(), json_["implementations"].size());
  ASSERT_TRUE(r.results && r.results->best && r.results->last);
  EXPECT_EQ(r.results->epochs, 2);
  EXPECT_EQ(r.results->last->epoch, 2);
  EXPECT_EQ(r.results->best->val_loss, json_["results"]["best"]["val_loss"]);
  EXPECT_EQ(run().history().size(), 2u);
  EXPECT_EQ(text_of(file()), pretty(json_) + "\n");
}

TEST_F(RecordOfARun, AMissingFieldIsNamed) {
  for (const char* place :
       {"/status", "/flags", "/network", "/network/input", "/network/layers", "/network/layers/0/name", "/recipe/loss",
        "/recipe/precision", "/recipe/optimizer/name", "/data/labels", "/data/checksum", "/data/train/images",
        "/device", "/device/name", "/machine/cpu", "/versions/libraries", "/implementations", "/results/epochs",
        "/results/best/val_loss"}) {
    const Json::json_pointer pointer(place);
    Json damaged = json_;
    damaged.at(pointer.parent_pointer()).erase(pointer.back());
    const std::string message = message_after(damaged);
    EXPECT_EQ(message.find(file().string() + ": '"), 0u) << message;
    EXPECT_NE(message.find(pointer.back() + "' is missing"), std::string::npos) << message;
  }
}

TEST_F(RecordOfARun, AFieldOfTheWrongTypeIsNamed) {
  for (const auto& [place, value, text] :
       {std::tuple{"/status", Json(1), "'status' must be text, not 1"},
        {"/flags/lr", Json(1), "'flags.lr' must be text, not 1"},
        {"/network/base", Json("two"), "'network.base' must be a whole number, not 'two'"},
        {"/network/input", Json{16, 16}, "'network.input' must be three extents: height, width, channels, not a list"},
        {"/network/layers", Json::array(), "'network.layers' must be a list of one or more layers"},
        {"/recipe/loss", Json("l2"), "'recipe.loss' must be one of bce, hinge, hinge_sigmoid, softmax, not 'l2'"},
        {"/recipe/class_weights", Json("none"), "'recipe.class_weights' must be a list"},
        {"/data/classes", Json{1, 2}, "'data.classes[0]' must be text, not 1"},
        {"/device", Json("cpu"), "'device' must be an object, not 'cpu'"},
        {"/results/epochs", Json(3e9), "'results.epochs' must be a whole number, not 3"}}) {
    Json damaged = json_;
    damaged[Json::json_pointer(place)] = value;
    EXPECT_NE(message_after(damaged).find(text), std::string::npos) << message_after(damaged);
  }
}

TEST_F(RecordOfARun, FieldsThatOldRunsLackHaveDefaults) {
  Json old = json_;
  old["network"].erase("features");
  old["network"].erase("dropout");
  old["recipe"].erase("class_weights");
  std::ofstream(file()) << old;
  const RunRecord r = run().record();
  EXPECT_EQ(r.network.features, "pixels");
  EXPECT_EQ(r.training.class_weights, std::vector<float>{});
}

TEST_F(RecordOfARun, DamageIsOneLineForEveryCommandThatReadsIt) {
  json_["data"].erase("labels");
  std::ofstream(file()) << json_;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"eval", "run"},
                                                {"predict", "run", "a.png"},
                                                {"report", "run"},
                                                {"profile", "./run"},
                                                {"train", "--resume", "run", "--epochs", "3"},
                                                {"train", "lenet", "--impl-from", "run"}})
    expect_one_line(run_program(folder_.path(), words), words[0] == "train" ? 2 : 1,
                    {"run/run.json: 'data.labels' is missing"});
}

}  // namespace
}  // namespace gs::test
