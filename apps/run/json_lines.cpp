// json_lines.cpp - picks the fields.
#include "apps/run/json_lines.h"

#include <cmath>

#include "apps/cli/terminal.h"
#include "engine/core/json_text.h"

namespace gs::apps {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

Json start_line(const Json& record, const std::string& folder, int first_epoch) {
  const Json& data = record["data"];
  Json line = {{"event", "start"},
               {"folder", folder},
               {"network", record["network"]["name"]},
               {"parameters", record["network"]["parameters"]},
               {"device", record["device"]["name"]},
               {"classes", data["labels"]},
               {"training_images", data["train"]["images"]},
               {"validation_images", data["validation"]["images"]},
               {"first_epoch", first_epoch},
               {"epochs", record["recipe"]["epochs"]}};
  for (const char* name : {"initial_weights", "frozen"})
    if (record.contains(name)) line[name] = record[name];
  return line;
}

Json epoch_line(const EpochResult& r, int epochs, bool best) {
  Json line = {{"event", "epoch"},
               {"epoch", r.epoch},
               {"epochs", epochs},
               {"loss", r.loss},
               {"accuracy", r.accuracy},
               {"val_loss", r.val_loss},
               {"val_accuracy", r.val_accuracy},
               {"lr", r.learning_rate},
               {"seconds", r.seconds},
               {"images_per_s", r.images_per_s},
               {"best", best}};
  if (!std::isnan(r.train_loss)) line["train_loss"] = r.train_loss, line["train_accuracy"] = r.train_accuracy;
  return line;
}

Json end_line(const Json& record) {
  Json line = {{"event", "end"}, {"status", record["status"]}};
  if (record.contains("message")) line["message"] = record["message"];
  line.update(record["results"]);
  return line;
}

void print_json_line(const Json& line) {
  print_as_it_is(json_text(line) + "\n");
  flush_output();
}

}  // namespace gs::apps
