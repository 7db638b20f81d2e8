// accesses.cpp - writes and reads them.
#include "kernels/sim/textbook/accesses.h"

#include <sstream>

namespace gs::textbook {

std::string text_of(const std::vector<simulator::InvolvedAccess>& accesses) {
  std::ostringstream text;
  for (const simulator::InvolvedAccess& it : accesses)
    text << it.launch << '\t' << it.block << '\t' << it.thread << '\t' << it.barriers << '\t' << it.code << '\t'
         << it.stores << '\t' << it.ends_kernel << '\t' << it.offset << '\t' << it.bytes << '\t' << it.array << '\t'
         << it.element << '\n';
  return text.str();
}

std::vector<simulator::InvolvedAccess> accesses_of(const std::string& text) {
  std::vector<simulator::InvolvedAccess> accesses;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream values(line);
    simulator::InvolvedAccess it;
    values >> it.launch >> it.block >> it.thread >> it.barriers >> it.code >> it.stores >> it.ends_kernel >>
        it.offset >> it.bytes;
    values.ignore(1);
    std::getline(values, it.array, '\t');
    std::getline(values, it.element);
    accesses.push_back(std::move(it));
  }
  return accesses;
}

}  // namespace gs::textbook
