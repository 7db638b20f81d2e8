// watch_run.cpp - a run, a line about it, a save, and so on.
#include "apps/learn/watch/watch_run.h"

#include <cstdio>
#include <ctime>
#include <string>

#include "apps/learn/watch/watcher.h"

namespace gs::learn {
namespace {

void say_with_time(const std::string& file, const std::string& what) {
  const std::time_t now = std::time(nullptr);
  char time[16];
  std::strftime(time, sizeof time, "%H:%M:%S", std::localtime(&now));
  std::fprintf(stderr, "---- %s %s: %s ----\n", time, file.c_str(), what.c_str());
}

}  // namespace

int watch_run(const RunFlags& flags, int (*run)(const RunFlags&)) {
  const std::string& file = flags.program[0];
  Watcher watcher;
  for (;;) {
    watcher.watch(file);
    watcher.start([&] { return run(flags); });
    Watcher::Event event;
    while ((event = watcher.next()) == Watcher::Event::ended)
      say_with_time(file, "status " + std::to_string(watcher.status()) + ", waiting for a save (Ctrl-C ends)");
    const bool was_going = watcher.end();
    if (event == Watcher::Event::quit) return watcher.status();
    say_with_time(file, was_going ? "saved, the run that was going is ended" : "saved");
  }
}

}  // namespace gs::learn
