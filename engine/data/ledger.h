// ledger.h - the files of a source of data: seen, used, and passed over for a reason.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace gs {

/// A file or folder that is there and gives no image.
struct PassedOver {
  std::string file, why;
};

/// Every file that a reader met. A reader that leaves a file out says so here.
struct Ledger {
  std::size_t seen = 0, used = 0;
  std::vector<PassedOver> passed_over;
};

}  // namespace gs
