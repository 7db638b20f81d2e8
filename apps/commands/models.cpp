// models.cpp - `gridstride models`: the table of networks.
#include <fmt/format.h>

#include "apps/cli/arguments.h"
#include "apps/cli/terminal.h"
#include "apps/commands/commands.h"
#include "kernels/common/grouped.h"
#include "models/models.h"

namespace gs::apps {

int models_command(const Words& words) {
  Arguments arguments("models", "Lists the networks that can be trained.");
  if (!arguments.parse(words)) return 0;
  for (const Model& m : models()) {
    ModelOptions options;
    options.base = m.default_base;
    print_text(fmt::format("{:<11} {}; base {} by default: {} parameters at 128x128x1\n", m.name, m.about,
                           m.default_base, grouped(m.build(options).parameter_count())));
  }
  return 0;
}

}  // namespace gs::apps
