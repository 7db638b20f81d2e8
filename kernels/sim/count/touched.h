// touched.h - the distinct memory that a launch touches: sectors of global memory, and __shared__ variables.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>

namespace gs::simulator::counting {

class Touched {
 public:
  void global(std::uintptr_t address, std::size_t bytes);
  void shared(std::uintptr_t address);

  /// A sector has 32 bytes.
  std::int64_t sectors() const;
  /// The bytes of the variables; dynamic shared memory is not among them.
  std::size_t static_shared_bytes() const;

 private:
  static constexpr std::uintptr_t sector_bytes = 32, page_sectors = 64;
  std::unordered_map<std::uintptr_t, std::uint64_t> pages_;  // a bit for each sector
  std::uintptr_t last_page_ = ~std::uintptr_t(0);
  std::uint64_t* last_sectors_ = nullptr;            // of last_page_
  std::map<std::uintptr_t, std::uintptr_t> arrays_;  // from the begin of each to its end
  std::uintptr_t last_begin_ = 0, last_end_ = 0;
};

}  // namespace gs::simulator::counting
