// sass_page.h - a page with source on the left and instructions on the right.
#pragma once
#include <string>
#include <vector>

#include "apps/learn/machine_code/disassembly.h"
#include "kernels/sim/textbook/entry.h"

namespace gs::learn {

struct SassPage {
  std::string file;  ///< the whole path of the source
  std::vector<MachineKernel> kernels;
  std::vector<textbook::Entry> counts;  ///< entries of a counted_run(); empty: it was not counted
};

/// The whole page; it needs nothing else.
std::string sass_page(const SassPage&);

}  // namespace gs::learn
