// sass_page.cpp - fills machine_code/page.html.
#include "apps/learn/machine_code/sass_page.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "apps/learn/counts/fusing.h"
#include "apps/learn/machine_code/accesses.h"
#include "apps/learn/machine_code/legend.h"
#include "apps/learn/machine_code/machine_code.h"
#include "kernels/common/grouped.h"
#include "kernels/sim/textbook/messages.h"

namespace gs::apps {
extern const std::string_view machine_code_page_html;
}

namespace gs::learn {
namespace {

using textbook::Entry;

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text)
    safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return safe;
}

/// The source lines that have instructions, numbered in the order of the source.
using Lines = std::map<std::pair<std::string, unsigned>, std::size_t>;

Lines lines_of(const SassPage& page) {
  std::set<std::pair<std::string, unsigned>> places;
  for (const MachineKernel& kernel : page.kernels)
    for (const Instruction& instruction : kernel.instructions)
      if (instruction.line > 0) places.insert({instruction.file, instruction.line});
  Lines lines;
  for (const auto& place : places) lines.emplace(place, lines.size());
  return lines;
}

/// The attributes of a row: its line's number for the script, and its tint. Neighbouring lines have different ones.
std::string row_attributes(const char* kind, std::size_t number) {
  constexpr std::size_t tints = 6;
  return "class=\"" + std::string(kind) + " t" + std::to_string(number % tints) + "\" data-l=\"" +
         std::to_string(number) + "\"";
}

/// A count of the entry as machine code has it: "128 sectors"; "" for 0.
std::string counted(const Entry& line, const char* field, const char* noun) {
  const std::int64_t value = std::strtoll(line[field].c_str(), nullptr, 10);
  return value == 0 ? "" : ", " + plural(value, noun);
}

std::string counts_in_words(const SassPage& page, const std::string& file, unsigned line) {
  std::string text;
  for (const Entry& entry : page.counts) {
    if (entry.kind != "line" || entry["file"] != file || entry["line"] != std::to_string(line)) continue;
    std::string words = counted(entry, "fused_requests", "request") + counted(entry, "fused_sectors", "sector") +
                        counted(entry, "fused_shared_requests", "shared request") +
                        counted(entry, "fused_bank_conflicts", "bank conflict") +
                        counted(entry, "fused_divergent_requests", "divergent request");
    if (!words.empty()) words.erase(0, 2);
    if (entry["certain"] == "0") words = "probably " + words;
    const std::string fused = fusing_in_words(entry, true);
    text += "<small>" + escaped(entry["kernel"] + ": " + words) + "</small>";
    if (!fused.empty()) text += "<small>" + escaped(fused) + "</small>";
  }
  return text;
}

std::string source_of(const SassPage& page, const Lines& lines) {
  std::vector<std::string> files = {page.file};
  for (const auto& [place, number] : lines)
    if (std::find(files.begin(), files.end(), place.first) == files.end()) files.push_back(place.first);
  std::string html;
  for (const std::string& file : files) {
    std::ifstream stream(file);
    if (!stream) continue;
    html += "<h3>" + escaped(std::filesystem::path(file).filename().string()) + "</h3>\n";
    unsigned line = 0;
    for (std::string text; std::getline(stream, text);) {
      const auto number = lines.find({file, ++line});
      html += number == lines.end() ? "<div class=\"r\">"
                                    : "<div " + row_attributes("r", number->second) +
                                          " tabindex=\"0\" role=\"button\" aria-pressed=\"false\">";
      html += "<b>" + std::to_string(line) + "</b><code>" + escaped(text) + "</code>" +
              counts_in_words(page, file, line) + "</div>\n";
    }
  }
  return html;
}

std::string instructions_of(const SassPage& page, const Lines& lines) {
  std::string html;
  for (const MachineKernel& kernel : page.kernels) {
    html += "<h3>" + escaped(kernel.name) + "</h3>\n";
    for (const Instruction& instruction : kernel.instructions) {
      if (!instruction.label.empty())
        html += "<div class=\"r\"><b></b><i>" + escaped(instruction.label) + ":</i></div>\n";
      const auto number = lines.find({instruction.file, instruction.line});
      const std::string_view opcode = opcode_of(instruction.text), text = instruction.text;
      const std::size_t at = std::size_t(opcode.data() - text.data());
      html += number == lines.end() ? "<div class=\"r\">" : "<div " + row_attributes("r", number->second) + ">";
      html += "<b>" + escaped(instruction.address) + "</b><code>" + escaped(text.substr(0, at)) +
              (access_of(text) ? "<em class=\"m\">" : "<em>") + escaped(opcode) + "</em>" +
              escaped(text.substr(at + opcode.size())) + "</code></div>\n";
    }
  }
  return html;
}

/// The registers, memory and instructions of a kernel: a line each.
std::vector<std::string> facts_of(const MachineKernel& kernel) {
  return {plural(kernel.registers, "register") + " a thread",
          plural(kernel.shared_bytes, "byte") + " of shared memory a block (static)",
          kernel.spilled_bytes == 0 ? "no register spilled to memory"
                                    : plural(kernel.spilled_bytes, "byte") + " of registers spilled to memory",
          plural(std::int64_t(kernel.instructions.size()), "instruction")};
}

std::string kernels_in_words(const SassPage& page) {
  std::string html;
  for (const MachineKernel& kernel : page.kernels) {
    html += "<li><code>" + escaped(kernel.name) + "</code><ul>";
    for (const std::string& fact : facts_of(kernel)) html += "<li>" + escaped(fact) + "</li>";
    html += "</ul></li>\n";
  }
  return html;
}

std::string fused_in_words(const SassPage& page) {
  std::string html;
  for (const Entry& entry : page.counts)
    if (const std::string words = entry.kind == "line" ? fusing_in_words(entry, true) : ""; !words.empty())
      html += "<li>" + escaped(entry["kernel"] + ", line " + entry["line"] + ": " + words) + "</li>\n";
  if (page.counts.empty()) return "<p>The program was not counted: it does not end well.</p>";
  if (html.empty()) return "<p>The accesses are as wide as they are written; none was fused.</p>";
  return "<ul>" + html + "</ul>";
}

std::string legend_rows(const SassPage& page) {
  std::string html;
  for (const LegendRow& row : legend_of(page.kernels))
    html += "<dt>" + escaped(row.name) + "</dt><dd>" + escaped(row.sentence) + "</dd>\n";
  return html;
}

/// `page` with each {{name}} replaced.
std::string filled(std::string_view rest, const std::map<std::string_view, std::string>& parts) {
  std::string page;
  for (std::size_t at; (at = rest.find("{{")) != rest.npos;) {
    const std::size_t end = rest.find("}}", at);
    page += rest.substr(0, at);
    page += parts.at(rest.substr(at + 2, end - at - 2));
    rest.remove_prefix(end + 2);
  }
  return page += rest;
}

}  // namespace

std::string sass_page(const SassPage& page) {
  const Lines lines = lines_of(page);
  return filled(apps::machine_code_page_html, {{"title", escaped(std::filesystem::path(page.file).filename().string())},
                                               {"architecture", machine_architecture},
                                               {"kernels", kernels_in_words(page)},
                                               {"fused", fused_in_words(page)},
                                               {"source", source_of(page, lines)},
                                               {"instructions", instructions_of(page, lines)},
                                               {"legend", legend_rows(page)}});
}

}  // namespace gs::learn
