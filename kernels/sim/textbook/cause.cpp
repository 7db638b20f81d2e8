// cause.cpp - sorts by code.
#include "kernels/sim/textbook/cause.h"

#include <algorithm>

namespace gs::textbook {
namespace {

int distance_from_cause(const simulator::Report& report) {
  const std::string& code = report.explanation.code;
  return code == "M13" || code == "M14" || code == "M15" ? 0 : code == "M17" || code == "M23" ? 2 : 1;
}

}  // namespace

void put_causes_first(std::vector<simulator::Report>& reports) {
  std::stable_sort(reports.begin(), reports.end(), [](const simulator::Report& a, const simulator::Report& b) {
    return distance_from_cause(a) < distance_from_cause(b);
  });
}

}  // namespace gs::textbook
