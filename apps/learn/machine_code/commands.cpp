// commands.cpp - what is needed for a page, in order.
#include "apps/learn/machine_code/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "apps/learn/counts/counted_run.h"
#include "apps/learn/machine_code/accesses.h"
#include "apps/learn/machine_code/machine_code.h"
#include "apps/learn/machine_code/ptx_text.h"
#include "apps/learn/machine_code/sass_page.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

std::filesystem::path whole_path(const std::string& file) {
  return std::filesystem::absolute(file).lexically_normal();
}

}  // namespace

int print_ptx(const std::string& file) {
  const std::string text = ptx_with_source(ptx_of(file), whole_path(file).parent_path().string());
  std::fputs(text.c_str(), stdout);
  return 0;
}

int write_sass_page(const std::string& file, const std::vector<std::string>& program) {
  const MachineCode code = machine_code_of(file);
  if (!code.why_not.empty()) throw Error(code.why_not);
  const RecordedRun run = counted_run(program, widths_of(code.kernels));
  const bool counted = run.ended.status == 0 && run.ended.signal == 0;
  const std::string page =
      sass_page({whole_path(file).string(), code.kernels, counted ? run.entries : std::vector<textbook::Entry>()});
  const std::string name = std::filesystem::path(file).stem().string() + ".sass.html";
  std::ofstream stream(name, std::ios::binary);
  stream << page;
  if (!stream.flush()) throw Error(name + ": cannot be written: " + std::strerror(errno));
  std::printf("%s: %zu kernel%s%s\n", name.c_str(), code.kernels.size(), code.kernels.size() == 1 ? "" : "s",
              counted ? "" : "; without counts, for the program does not end well: gridstride run says why");
  return 0;
}

}  // namespace gs::learn
