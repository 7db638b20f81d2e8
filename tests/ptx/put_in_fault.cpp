// put_in_fault.cpp - GRIDSTRIDE_PTX_FAULT="pattern=>text" changes the PTX of every kernel before it runs, so that
// faults_test.cpp can check that this program's tests find the fault.
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <regex>
#include <string>

#include "engine/simulated_cuda/ptx_kernels.h"
#include "kernels/common/check.h"

namespace {

[[maybe_unused]] const bool put_in = [] {
  const char* const rule = std::getenv("GRIDSTRIDE_PTX_FAULT");
  if (!rule) return false;
  const std::string words = rule;
  const std::size_t arrow = words.find("=>");
  gs::require(arrow != words.npos, "GRIDSTRIDE_PTX_FAULT is not pattern=>text");
  gs::simulated_cuda::rewrite_ptx() = [pattern = std::regex(words.substr(0, arrow)),
                                       text = words.substr(arrow + 2)](const std::string& ptx) {
    const auto places = std::distance(std::sregex_iterator(ptx.begin(), ptx.end(), pattern), std::sregex_iterator());
    std::printf("fault put in at %td places\n", places);
    return std::regex_replace(ptx, pattern, text);
  };
  return true;
}();

}  // namespace
