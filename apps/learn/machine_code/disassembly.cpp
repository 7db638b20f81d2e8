// disassembly.cpp - line by line.
#include "apps/learn/machine_code/disassembly.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace gs::learn {
namespace {

std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r;") + 1 - begin);
}

/// The part of `text` between `before` and `after`; "" if it is not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before);
  if (begin == text.npos) return "";
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(after));
}

int number_in(std::string_view text) {
  return int(std::strtol(std::string(text).c_str(), nullptr, 10));
}

/// The number before `words`: "used 1 barriers, 4096 bytes smem", " bytes smem" -> 4096; 0 if it is not there.
int number_before(std::string_view text, std::string_view words) {
  const auto end = text.find(words);
  if (end == text.npos) return 0;
  auto begin = end;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  return number_in(text.substr(begin, end - begin));
}

struct SourcePlace {
  std::string file;
  unsigned line = 0;
};

/// From a chain of inlined calls, the innermost first.
SourcePlace chosen(const std::vector<SourcePlace>& chain, const std::string& folder) {
  const auto own = std::find_if(chain.begin(), chain.end(), [&](const SourcePlace& place) {
    return place.file.starts_with(folder) && place.file.size() > folder.size() && place.file[folder.size()] == '/';
  });
  return own != chain.end() ? *own : chain.empty() ? SourcePlace{} : chain.back();
}

/// `	//## File "<folders>/a.cu", line 4 inlined at "<folders>/a.cu", line 15`
SourcePlace place_in(std::string_view comment) {
  return {std::filesystem::path(between(comment, "File \"", "\"")).lexically_normal().string(),
          unsigned(number_in(between(comment, "\", line ", " ")))};
}

/// Behind its end a kernel is filled up: a branch to itself, then NOP.
void drop_padding(std::vector<Instruction>& instructions) {
  while (!instructions.empty() && instructions.back().text == "NOP") instructions.pop_back();
  if (instructions.size() > 1 && !instructions.back().label.empty() &&
      instructions.back().text == "BRA `(" + instructions.back().label + ")")
    instructions.pop_back();
}

unsigned first_line_of(const MachineKernel& kernel) {
  return kernel.instructions.empty() ? 0 : kernel.instructions.front().line;
}

}  // namespace

std::vector<MachineKernel> kernels_of(std::string_view disassembly, const std::string& folder) {
  std::vector<MachineKernel> kernels;
  std::vector<SourcePlace> chain;
  bool chain_ended = true;
  SourcePlace place;
  std::string label;
  while (!disassembly.empty()) {
    const std::string_view line = next_line(disassembly), content = trimmed(line);
    if (content.starts_with(".section")) {
      const std::string_view symbol = between(content, "\t.text.", ",");
      if (!symbol.empty()) kernels.push_back({std::string(symbol), demangled(std::string(symbol)), {}});
      place = {};
      chain.clear();
    } else if (content.starts_with("//## File")) {
      if (chain_ended) chain.clear();
      chain_ended = false;
      chain.push_back(place_in(content));
      place = chosen(chain, folder);
    } else if (content.starts_with(".L_") && content.ends_with(":")) {
      label = content.substr(0, content.size() - 1);
    } else if (content.starts_with("/*") && !kernels.empty()) {
      const auto end = content.find("*/");
      if (end == content.npos) continue;
      chain_ended = true;
      kernels.back().instructions.push_back({std::string(content.substr(2, end - 2)),
                                             std::string(trimmed(content.substr(end + 2))), place.file, place.line,
                                             std::exchange(label, "")});
    }
  }
  for (MachineKernel& kernel : kernels) drop_padding(kernel.instructions);
  std::stable_sort(kernels.begin(), kernels.end(),
                   [](const MachineKernel& a, const MachineKernel& b) { return first_line_of(a) < first_line_of(b); });
  return kernels;
}

void add_sizes(std::vector<MachineKernel>& kernels, std::string_view ptxas_report) {
  MachineKernel* kernel = nullptr;
  while (!ptxas_report.empty()) {
    const std::string_view line = next_line(ptxas_report);
    if (const auto symbol = between(line, "Compiling entry function '", "'"); !symbol.empty()) {
      const auto found =
          std::find_if(kernels.begin(), kernels.end(), [&](const MachineKernel& k) { return k.symbol == symbol; });
      kernel = found == kernels.end() ? nullptr : &*found;
    } else if (kernel && line.find(" bytes stack frame") != line.npos) {
      kernel->stack_bytes = number_before(line, " bytes stack frame");
      kernel->spilled_bytes = number_before(line, " bytes spill stores");
    } else if (kernel && line.find(" registers") != line.npos) {
      kernel->registers = number_before(line, " registers");
      kernel->shared_bytes = number_before(line, " bytes smem");
    }
  }
}

std::string demangled(const std::string& symbol) {
  int status = 0;
  char* const text = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  std::string name = status == 0 && text ? text : symbol;
  std::free(text);
  return name;
}

}  // namespace gs::learn
