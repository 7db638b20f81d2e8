// pack.cpp - `gridstride pack`: decodes a data set once into one file.
#include <filesystem>

#include <fmt/format.h>

#include "apps/cli/data_flags.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "engine/core/error.h"
#include "engine/data/readers.h"
#include "kernels/common/grouped.h"

namespace gs::apps {

int pack_command(const Words& words) {
  DataRequest request;
  std::string source, out;
  bool overwrite = false, quiet = false;
  Arguments arguments("pack SOURCE OUT.safetensors [flags]",
                      "Decodes and resizes a data set once and writes it as one file, which --data reads at once.");
  arguments.positional("source", source);
  arguments.positional("out", out);
  add_loading_flags(arguments, request);
  arguments.section("Output");
  arguments.flag("--overwrite", overwrite, "replace an existing file");
  arguments.flag("--quiet", quiet, "print warnings and errors only");
  if (!arguments.parse(words)) return 0;
  if (source.empty() || out.empty()) throw UsageError("pack: usage: gridstride pack SOURCE OUT.safetensors [flags]");
  if (arguments.given("--data")) throw UsageError("--data: pack takes its source as the first argument");
  if (!out.ends_with(".safetensors"))
    throw UsageError(fmt::format("pack: the file's name must end in .safetensors, not '{}'", out));
  std::error_code unreadable;  // then it cannot be written either
  if (std::filesystem::exists(out, unreadable) && !overwrite)
    throw UsageError(fmt::format("{} already exists: --overwrite replaces it", out));
  request.data = source;
  check_data_flags(request);
  if (request.decoding == Decoding::stream) throw UsageError("--decode stream: pack holds all images to write them");
  request.decoding = Decoding::once;

  const DataSplits data = load_with_progress(request, quiet);
  write_packed(out, data);
  if (!quiet)
    print_text(fmt::format("{}: {} + {} images of {}x{}x{}, {} classes, {} bytes, checksum {}\n", out, data.train.n,
                           data.validation.n, data.train.h, data.train.w, data.train.c, data.classes.size(),
                           grouped(std::int64_t(std::filesystem::file_size(out))), data.checksum));
  return 0;
}

}  // namespace gs::apps
