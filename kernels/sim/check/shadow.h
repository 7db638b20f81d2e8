// shadow.h - shadow memory: the last accesses to each word.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace gs::simulator::check {

/// One access by one thread, in 16 bytes. `block` is unique across blocks and launches (0: none).
struct Access {
  std::uint32_t block = 0;
  std::uint32_t code = 0;         ///< the address of the instruction, from the start of the program
  std::uint64_t thread : 10 = 0;  ///< in the block, x fastest
  std::uint64_t atomic : 1 = 0;
  std::uint64_t barriers : 23 = 0;  ///< that the block had passed
  std::uint64_t clock : 27 = 0;     ///< __syncwarps that this thread had passed
  std::uint64_t announced : 1 = 0;  ///< a write that an asynchronous copy will make, once its thread waits for it
  std::uint64_t again : 1 = 0;      ///< a write of what the block had written before
  std::uint64_t has_read : 1 = 0;  ///< a write of an element that this thread had read, and no thread had written since

  bool same_moment(const Access& o) const {
    return block == o.block && thread == o.thread && atomic == o.atomic && barriers == o.barriers && clock == o.clock;
  }
};

/// Accesses kept for one word: a later access that conflicts with any earlier one conflicts with one of these.
struct Cell {
  Access write;
  Access read, other_read;  ///< two readers of one block, in different warps if possible
  Access other_block_read;  ///< a reader of another block than `read`
};

/// Cells for 4-byte words, allocated by page; a page that is accessed in smaller or unaligned pieces has a cell per
/// byte.
class Shadow {
 public:
  static constexpr std::uintptr_t page_bytes = 4096;

  /// Calls visit(cell, its address) for every cell of [address, address + bytes).
  template <class Visit>
  void for_cells(std::uintptr_t address, std::size_t bytes, Visit visit) {
    for (const std::uintptr_t end = address + bytes; address < end;) {
      Page& page = page_of(address);
      if (page.cell_bytes == 4 && (address % 4 != 0 || end - address < 4)) split(page);
      visit(page.cells[address % page_bytes / page.cell_bytes], address);
      address += page.cell_bytes;
    }
  }
  /// Clears everything if it takes more than `bytes`.
  void trim(std::size_t bytes);
  void clear();

 private:
  struct Page {
    std::uintptr_t number;
    unsigned cell_bytes = 4;
    std::unique_ptr<Cell[]> cells;
  };
  Page& page_of(std::uintptr_t address) {
    const std::uintptr_t number = address / page_bytes;
    Page*& recent = recent_[number % recent_.size()];
    if (!recent || recent->number != number) recent = &find(number);
    return *recent;
  }
  Page& find(std::uintptr_t number);
  void split(Page&);

  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  std::array<Page*, 256> recent_{};
  std::size_t cell_count_ = 0;
};

}  // namespace gs::simulator::check
