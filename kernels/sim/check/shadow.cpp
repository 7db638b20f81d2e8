// shadow.cpp - pages of cells.
#include "kernels/sim/check/shadow.h"

namespace gs::simulator::check {

Shadow::Page& Shadow::find(std::uintptr_t number) {
  auto& page = pages_[number];
  if (!page) {
    page = std::make_unique<Page>();
    page->number = number;
    page->cells = std::make_unique<Cell[]>(page_bytes / 4);
    cell_count_ += page_bytes / 4;
  }
  return *page;
}

void Shadow::split(Page& page) {
  auto cells = std::make_unique<Cell[]>(page_bytes);
  for (std::size_t byte = 0; byte < page_bytes; byte++) cells[byte] = page.cells[byte / 4];
  page.cells = std::move(cells);
  page.cell_bytes = 1;
  cell_count_ += page_bytes - page_bytes / 4;
}

void Shadow::trim(std::size_t bytes) {
  if (cell_count_ * sizeof(Cell) > bytes) clear();
}

void Shadow::clear() {
  pages_.clear();
  recent_.fill(nullptr);
  cell_count_ = 0;
}

}  // namespace gs::simulator::check
