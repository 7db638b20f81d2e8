// debugger.cpp - writes gdb's commands beside the program and starts gdb.
#include "apps/learn/debugger.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "apps/learn/compiled.h"
#include "apps/learn/source_files.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

bool is_in_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

constexpr const char* first_thread =
    "threadIdx.x == 0 && threadIdx.y == 0 && threadIdx.z == 0 && blockIdx.x == 0 && blockIdx.y == 0 && blockIdx.z == 0";

/// gdb stops at the first command that fails: a wrong condition does not start the program.
std::string gdb_commands(const std::vector<KernelName>& kernels, const std::string& condition) {
  std::string text =
      "set breakpoint pending on\n"  // a kernel that is never launched is not in the program
      "skip -rfunction ^(gs|std)::|^__(tsan|sanitizer|gnu)_\n";  // `step` enters the file's functions only
  // Functions of other files are no kernels, nor is what has a kernel's name and runs on the host.
  for (const KernelName& kernel : kernels)
    text += "break -source \"" + kernel.file.string() + "\" -function " + kernel.name + " if gridDim.x > 0 && (" +
            (condition.empty() ? first_thread : condition) + ")\n";
  return text + "run\n";
}

}  // namespace

int debug(const RunFlags& flags) {
  const std::string& file = flags.program[0];
  if (!is_in_path("gdb")) throw Error("--gdb needs gdb, which is not installed: sudo apt-get install gdb");
  const std::filesystem::path program = compiled(file, For::debugger);
  const std::vector<KernelName> kernels = kernel_names(source_files(file));
  if (kernels.empty()) throw Error(file + " has no kernel to stop in: no function is marked __global__");
  const std::string commands = program.string() + ".commands";
  std::ofstream stream(commands);
  stream << gdb_commands(kernels, *flags.gdb);
  if (!stream.flush()) throw Error(commands + ": cannot be written: " + std::strerror(errno));
  if (flags.seconds.empty()) setenv("GRIDSTRIDE_RUN_SECONDS", "1000000", 1);  // who looks at a program takes time
  std::vector<std::string> words = {"gdb",      "-quiet", "-iex",   "set debuginfod enabled off",
                                    "-command", commands, "--args", program.string()};
  words.insert(words.end(), flags.program.begin() + 1, flags.program.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp("gdb", arguments.data());
  throw Error(std::string("gdb cannot be started: ") + std::strerror(errno));
}

}  // namespace gs::learn
