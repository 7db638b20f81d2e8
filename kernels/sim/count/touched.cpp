// touched.cpp - a bit for each sector; most accesses hit the page or the variable of the one before.
#include "kernels/sim/count/touched.h"

#include <bit>

#include "kernels/sim/check/shared_arrays.h"

namespace gs::simulator::counting {

void Touched::global(std::uintptr_t address, std::size_t bytes) {
  for (std::uintptr_t sector = address / sector_bytes; sector <= (address + bytes - 1) / sector_bytes; ++sector) {
    if (const std::uintptr_t page = sector / page_sectors; page != last_page_) {
      last_sectors_ = &pages_[page];  // stays where it is while others are added
      last_page_ = page;
    }
    *last_sectors_ |= std::uint64_t(1) << sector % page_sectors;
  }
}

void Touched::shared(std::uintptr_t address) {
  if (address >= last_begin_ && address < last_end_) return;
  const check::SharedArray* const array = check::SharedArrays::of_program().at(address);
  if (!array) return;
  last_begin_ = array->begin, last_end_ = array->end;
  arrays_.emplace(last_begin_, last_end_);
}

std::int64_t Touched::sectors() const {
  std::int64_t sum = 0;
  for (const auto& [page, sectors] : pages_) sum += std::popcount(sectors);
  return sum;
}

std::size_t Touched::static_shared_bytes() const {
  std::size_t sum = 0;
  for (const auto& [begin, end] : arrays_) sum += end - begin;
  return sum;
}

}  // namespace gs::simulator::counting
