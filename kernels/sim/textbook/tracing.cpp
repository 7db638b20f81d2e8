// tracing.cpp - hands the environment's wishes to the recorder, and its trace to the file.
#include "kernels/sim/textbook/tracing.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "kernels/sim/counts.h"
#include "kernels/sim/textbook/accesses.h"
#include "kernels/sim/textbook/entry.h"
#include "kernels/sim/trace/json.h"
#include "kernels/sim/trace/notes.h"
#include "kernels/sim/trace/recorder.h"
#include "kernels/sim/trace/text.h"

namespace gs::textbook {
namespace {

using simulator::trace::Message;
using simulator::trace::Recorder;
using simulator::trace::Trace;

std::string wish(const char* name) {
  const char* const value = std::getenv((std::string("GRIDSTRIDE_RUN_TRACE") + name).c_str());
  return value ? value : "";
}

std::vector<std::uint64_t> wanted_blocks() {
  std::vector<std::uint64_t> blocks;
  std::istringstream list(wish("_BLOCKS"));
  for (std::string block; std::getline(list, block, ',');) blocks.push_back(std::strtoull(block.c_str(), nullptr, 10));
  return blocks;
}

std::vector<Message> messages_of_checked_run() {
  std::ifstream stream(wish("_RECORD"), std::ios::binary);
  std::vector<Message> messages;
  for (const Entry& entry : entries_of(std::string(std::istreambuf_iterator<char>(stream), {}))) {
    if (entry.kind != "finding") continue;
    Message message{{}, entry["severity"], {}};
    message.explanation.code = entry["code"];
    message.explanation.file = entry["file"];
    message.explanation.line = unsigned(std::strtoul(entry["line"].c_str(), nullptr, 10));
    message.explanation.what = entry["what"];
    message.explanation.advice = entry["advice"];
    message.explanation.accesses = accesses_of(entry["accesses"]);
    std::istringstream facts(entry["facts"]);
    for (std::string fact; std::getline(facts, fact);) message.explanation.facts.push_back(fact);
    messages.push_back(std::move(message));
  }
  return messages;
}

Recorder& recorder() {
  static auto* recorder =  // never destroyed: written at the end of the program
      new Recorder(wanted_blocks(), std::strtoull(wish("_FROM").c_str(), nullptr, 10), messages_of_checked_run());
  return *recorder;
}

bool cut_apart = false;

}  // namespace

bool tracing() {
  return std::getenv("GRIDSTRIDE_RUN_TRACE") != nullptr;
}

void trace_launch(const std::function<void()>& launch) {
  simulator::counting::observer = &recorder();
  cut_apart |= simulator::count(launch).cut_apart;
}

void write_trace() {
  Trace trace = recorder().finish();
  trace.cut_apart = cut_apart;
  std::string text;
  for (const std::string& note : notes_about(trace)) text += note + "\n";
  text += "\n";
  if (!trace.steps.empty()) text += wish("_TEXT").empty() ? json_of(trace) : text_of(trace);
  std::FILE* const file = std::fopen(wish("").c_str(), "w");
  if (!file) return;
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

}  // namespace gs::textbook
