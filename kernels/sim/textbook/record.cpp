// record.cpp - an entry is a line of fields with tabs between: "finding<tab>code=M11<tab>line=7".
#include "kernels/sim/textbook/record.h"

#include <cstdio>
#include <cstdlib>

#include "kernels/sim/textbook/accesses.h"
#include "kernels/sim/textbook/messages.h"

namespace gs::textbook {
namespace {

const char* record_file() {
  return std::getenv("GRIDSTRIDE_RUN_RECORD");
}

}  // namespace

bool recording() {
  return record_file() != nullptr;
}

void record(const Entry& entry) {
  // Opened for each entry: whatever ends the program, the entries before are there.
  std::FILE* const file = std::fopen(record_file(), "a");
  if (!file) return;
  std::fputs(line_of(entry).c_str(), file);
  std::fclose(file);
}

Entry finding(const simulator::Explanation& explanation, const std::string& severity) {
  std::string facts;
  for (const std::string& fact : explanation.facts) facts += fact + "\n";
  std::string threads, values;
  const auto numbers = [](simulator::uint3 v) {
    return std::to_string(v.x) + " " + std::to_string(v.y) + " " + std::to_string(v.z) + " ";
  };
  for (const auto& thread : explanation.threads)
    threads += numbers(thread.block) + numbers(thread.thread) + std::to_string(thread.line) + " " + thread.does + "\n";
  for (const auto& [name, value] : explanation.values) values += name + "=" + value + "\n";
  return {"finding",
          {{"severity", severity},
           {"code", explanation.code},
           {"file", explanation.file},
           {"line", std::to_string(explanation.line)},
           {"column", std::to_string(column_of(explanation))},
           {"what", explanation.what},
           {"facts", facts},
           {"accesses", text_of(explanation.accesses)},
           {"advice", explanation.advice},
           {"threads", threads},
           {"values", values},
           {"text", text_of(explanation, severity)}}};
}

}  // namespace gs::textbook
