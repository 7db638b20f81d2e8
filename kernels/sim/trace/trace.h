// trace.h - the steps of some blocks of a program: requests, barriers and warp operations, in an order in which a GPU
// could make them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/sim/explanation.h"
#include "kernels/sim/types.h"

namespace gs::simulator::trace {

/// An array that the steps touch. A trace gives it addresses of its own, the same in every run: they keep which bytes
/// share a sector or a bank.
struct Array {
  std::string name;
  bool shared = false;
  bool single = false;     ///< one element, without an index
  std::uint64_t base = 0;  ///< its first byte
  std::uint64_t bytes = 0;
  std::uint64_t element_bytes = 0;   ///< 1, 2, 4 ...
  std::vector<std::size_t> extents;  ///< if it has several indices
};

struct Step {
  enum class Kind : std::uint8_t { load, store, atomic, barrier, operation };
  Kind kind = Kind::load;
  std::uint8_t bytes = 0;  ///< of each lane's access
  bool shared = false;
  unsigned warp = 0;
  std::uint32_t place = 0;                                           ///< in Trace::places
  std::uint32_t lanes = 0;                                           ///< that take part
  std::uint32_t accessing = 0, living = 0;                           ///< of a request, see counting::Request
  std::int64_t sectors = 0, wasted_sectors = 0, bank_conflicts = 0;  ///< as counted
  std::vector<std::uint64_t> addresses;  ///< of the accessing lanes, in order, as Array::base counts
  const char* operation = "";            ///< of the warp: "shuffle"
  std::vector<std::uint8_t> sources;     ///< of a shuffle: the lane that each of `lanes` reads

  bool is_request() const { return kind <= Kind::atomic; }
  bool stores() const { return kind == Kind::store || kind == Kind::atomic; }
};

/// A block of a launch.
struct Part {
  std::uint64_t launch = 0;  ///< from 1
  std::uint64_t block = 0;   ///< x fastest
  std::string kernel;
  dim3 grid, extent;                ///< blocks, threads of a block
  std::size_t first = 0;            ///< of its steps, in Trace::steps
  std::vector<std::size_t> arrays;  ///< in Trace::arrays, in the order in which its steps touch them
  /// For a shared array whose steps before the first are left out: the thread that wrote each unit last, or -1.
  struct Writers {
    std::size_t array;
    std::vector<std::int32_t> threads;
  };
  std::vector<Writers> before;
};

/// A finding of the checked run, and the steps in which it happened.
struct Message {
  Explanation explanation;
  std::string severity;              ///< "error", "note"
  std::vector<std::uint64_t> steps;  ///< of explanation.accesses, numbered as in Trace::from; 0: in none that was made
};

struct Trace {
  std::vector<std::uint64_t> blocks;  ///< that were asked for
  std::uint64_t from = 1;             ///< the number of the first step
  std::uint64_t made = 0;             ///< steps of these blocks in the whole run
  std::uint64_t largest_grid = 0;     ///< blocks in the largest launch
  std::uint64_t launches = 0;
  bool cut_apart = false;           ///< see Counts::cut_apart
  std::vector<std::string> places;  ///< "<folders>/vec.cu:7"
  std::vector<Array> arrays;
  std::vector<Part> parts;
  std::vector<Step> steps;
  std::vector<Message> messages;
};

/// Steps that a trace keeps: its page then has at most 5 MB.
constexpr std::size_t most_steps = 10000;

/// Bytes of an array that one thread is taken to write at once: an element, or a word if elements are structures.
inline std::uint64_t unit_bytes(const Array& array) {
  const std::uint64_t element = array.element_bytes;
  return element <= 16 && (element & (element - 1)) == 0 && element > 0 ? element : 4;
}

}  // namespace gs::simulator::trace
