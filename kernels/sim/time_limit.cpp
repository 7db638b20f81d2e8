// time_limit.cpp - a timer of processor time.
#include "kernels/sim/time_limit.h"

#include <sys/time.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "kernels/sim/block.h"

namespace gs::simulator {

volatile bool time_is_up = false;

namespace {
void (*host_ends)(const void*) = nullptr;
double limit = 0;
}  // namespace

void limit_time(double seconds, void (*host)(const void*)) {
  host_ends = host;
  limit = seconds;
  struct sigaction action {};
  action.sa_handler = [](int) { time_is_up = true; };
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  itimerval timer{};
  timer.it_value.tv_sec = time_t(seconds);
  timer.it_value.tv_usec = suseconds_t((seconds - std::floor(seconds)) * 1e6);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

std::string time_limit_in_words() {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", limit);
  return text;
}

void end_of_time(const void* return_address) {
  time_is_up = false;
  if (in_kernel()) block_of("a kernel").fail_endless();
  if (host_ends) host_ends(return_address);
}

}  // namespace gs::simulator
