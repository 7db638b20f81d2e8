// machine_code.cpp - calls nvcc and nvdisasm, and keeps their answers.
#include "apps/learn/machine_code/machine_code.h"

#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

#include "apps/learn/machine_code/cuda_tools.h"
#include "apps/learn/source_files.h"
#include "engine/core/cache_folder.h"
#include "kernels/common/check.h"
#include "kernels/sim/spawn.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;
using simulator::Ended;
using simulator::Keep;
using simulator::run_program;

std::string text_in(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

/// A folder that is removed at the end.
struct ScratchFolder {
  fs::path path;
  explicit ScratchFolder(fs::path folder) : path(std::move(folder)) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) throw Error(path.string() + ": cannot be made: " + error.message());
  }
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
};

fs::path own_folder() {
  return cache_folder().value_or(fs::temp_directory_path() / "gridstride") / "machine-code";
}

/// The output of the two programs: files of the cache.
struct Answers {
  std::string disassembly, report;
};

/// The folder for this file, this content and this compiler; nothing if the content is not all in the file.
std::optional<fs::path> kept_in(const fs::path& file, const CudaTools& tools) {
  if (source_files(file).size() > 1) return std::nullopt;
  const std::string content = text_in(file);
  std::error_code error;
  const auto age = fs::last_write_time(tools.nvcc, error).time_since_epoch().count();
  const std::string key =
      content + '\0' + file.string() + '\0' + tools.nvcc + '\0' + tools.nvdisasm + '\0' + std::to_string(age);
  return own_folder() / std::to_string(std::hash<std::string>()(key));
}

std::optional<Answers> kept_answers(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "complete", error)) return std::nullopt;
  return Answers{text_in(folder / "disassembly"), text_in(folder / "report")};
}

void keep(const fs::path& folder, const Answers& answers) {
  std::error_code error;
  fs::create_directories(folder, error);
  std::ofstream(folder / "disassembly", std::ios::binary) << answers.disassembly;
  std::ofstream(folder / "report", std::ios::binary) << answers.report;
  std::ofstream(folder / "complete");
}

/// The first message that is an error, else the first line.
std::string first_error(std::string_view text) {
  std::string first;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find("error") != line.npos || line.find("fatal") != line.npos) return line;
    if (first.empty()) first = line;
  }
  return first;
}

/// nvcc's words for `file`, with which it makes `made`.
Ended call_nvcc(const CudaTools& tools, const fs::path& file, const fs::path& made,
                const std::vector<std::string>& kind) {
  std::vector<std::string> words = {tools.nvcc,   "-x",        "cu", std::string("-arch=") + machine_architecture,
                                    "-std=c++20", "-lineinfo", "-w"};
  words.insert(words.end(), kind.begin(), kind.end());
  words.insert(words.end(), {"-o", made.string(), file.string()});
  return run_program(words, Keep::errors);
}

bool well(const Ended& ended) {
  return ended.status == 0 && ended.signal == 0;
}

std::string refusal(const fs::path& file, const Ended& ended) {
  return "nvcc refuses " + file.filename().string() + ": " + first_error(ended.text);
}

fs::path scratch() {
  return own_folder() / ("part." + std::to_string(getpid()));
}

MachineCode code_from(const Answers& answers, const fs::path& file) {
  MachineCode code{kernels_of(answers.disassembly, file.parent_path().string()), "", false};
  add_sizes(code.kernels, answers.report);
  return code;
}

}  // namespace

MachineCode machine_code_of(const fs::path& name) {
  const CudaTools tools = cuda_tools();
  if (const std::string missing = missing_tools(tools); !missing.empty()) return {{}, missing, false};
  const fs::path file = fs::absolute(name).lexically_normal();
  const std::optional<fs::path> folder = kept_in(file, tools);
  if (const auto kept = folder ? kept_answers(*folder) : std::nullopt) return code_from(*kept, file);
  const ScratchFolder part(scratch());
  const fs::path cubin = part.path / "cubin";
  const Ended compiled = call_nvcc(tools, file, cubin, {"-cubin", "-Xptxas", "-v"});
  if (!well(compiled)) return {{}, refusal(file, compiled), true};
  const Ended disassembled = run_program({tools.nvdisasm, "-c", "-gi", cubin.string()}, Keep::output);
  if (!well(disassembled)) return {{}, "nvdisasm cannot read what nvcc made of " + file.filename().string(), true};
  const Answers answers{disassembled.text, compiled.text};
  if (folder) keep(*folder, answers);
  return code_from(answers, file);
}

std::string ptx_of(const fs::path& name) {
  CudaTools tools = cuda_tools();
  if (tools.nvcc.empty()) throw Error(missing_tools(tools));
  const fs::path file = fs::absolute(name).lexically_normal();
  const ScratchFolder part(scratch());
  const fs::path made = part.path / "ptx";
  const Ended compiled = call_nvcc(tools, file, made, {"-ptx"});
  if (!well(compiled)) throw Error(refusal(file, compiled));
  return text_in(made);
}

}  // namespace gs::learn
