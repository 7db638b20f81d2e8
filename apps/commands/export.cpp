// export.cpp - `gridstride export RUN`: a trained network as a file for other programs.
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/arguments.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "apps/run/saved_run.h"
#include "engine/core/atomic_file.h"
#include "engine/core/error.h"
#include "engine/core/json_text.h"
#include "engine/core/printable.h"
#include "engine/core/version.h"
#include "engine/exchange/exchange_module.h"
#include "engine/exchange/torch_layout.h"
#include "kernels/common/grouped.h"

namespace gs::apps {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  std::string run, format = "onnx", weights = "best";
  std::optional<std::string> out;
  bool overwrite = false, quiet = false;
};

Arguments export_arguments(ExportOptions& o) {
  Arguments a("export RUN [flags]",
              "Writes a trained network as one file for other programs: its graph and weights for ONNX, or its weights "
              "alone, with PyTorch's names and layouts, as safetensors or for NumPy (docs/python.md).");
  a.positional("run", o.run);
  a.choice("--format", o.format, "form of the file", {"onnx", "safetensors", "npz"});
  a.value("--out", o.out, "the file", some_text(), "FILE").default_str("the run's name with the form's ending, here");
  a.choice("--weights", o.weights, "weights of the best epoch or of the last one", {"best", "last"});
  a.flag("--overwrite", o.overwrite, "replace an existing file");
  a.flag("--quiet", o.quiet, "print warnings and errors only");
  return a;
}

std::string file_name(const ExportOptions& o) {
  const std::string ending = "." + o.format;
  if (!o.out) return (fs::absolute(o.run) / "").lexically_normal().parent_path().filename().string() + ending;
  if (!o.out->ends_with(ending))
    throw UsageError(fmt::format("--out {}: the name of a file in --format {} ends in {}", *o.out, o.format, ending));
  return *o.out;
}

/// Facts that the file has about itself. `classes` are in the order of the logits; a loss with one logit has two, and a
/// positive logit stands for the second.
std::map<std::string, std::string> facts(const SavedRun& run) {
  return {{"network", run.net.name},
          {"classes", json_text(nlohmann::json(run.labels))},
          {"loss", to_string(run.loss)},
          {"trained_epochs", std::to_string(run.epoch)},
          {"gridstride", version_info().version}};
}

void write(const std::string& file, const SavedRun& run, const std::string& format) {
  SafeTensors weights = torch_weights(run.net, run.parameters);
  if (format == "safetensors") {
    weights.metadata = facts(run);
    weights.metadata["format"] = "pt";  // as PyTorch's own files say
    write_safetensors(file, weights);
  } else {
    write_file(file,
               format == "npz" ? exchange_module().npz(weights) : exchange_module().onnx(run.net, weights, facts(run)));
  }
}

/// "lenet-32.onnx: lenet after 17 epochs, 1,234 bytes; images [N, 1, 128, 128] to logits [N, 1]; classes mel, nev"
std::string summary_of(const std::string& file, const SavedRun& run, const std::string& format) {
  const Shape& in = run.net.input;
  std::vector<std::string> classes;
  for (const std::string& label : run.labels) classes.push_back(printable(label));
  const std::string contents = format == "onnx" ? fmt::format("images [N, {}, {}, {}] to logits [N, {}]", in.c, in.h,
                                                              in.w, run.net.output().size())
                                                : "the weights, for images from 0 to 1";
  return fmt::format("{}: {} after {}, {} bytes; {}; classes {}\n", file, run.net.name, plural(run.epoch, "epoch"),
                     grouped(std::int64_t(fs::file_size(file))), contents, fmt::join(classes, ", "));
}

}  // namespace

int export_command(const Words& words) {
  ExportOptions o;
  Arguments a = export_arguments(o);
  if (!a.parse(words)) return 0;
  if (o.run.empty()) throw UsageError("export: a run is needed: 'gridstride export runs/lenet-32'");
  const std::string file = file_name(o);
  std::error_code unreadable;  // then it cannot be written either
  if (fs::exists(file, unreadable) && !o.overwrite)
    throw UsageError(fmt::format("{} already exists: --overwrite replaces it", file));
  const SavedRun run = open_saved_run(o.run, o.weights);
  write(file, run, o.format);
  if (!o.quiet) print_text(summary_of(file, run, o.format));
  return 0;
}

}  // namespace gs::apps
