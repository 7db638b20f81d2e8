// loops.h - finds the loops of a kernel and a lane's iterations of them, from the basic blocks that the lane enters.
//
// Lanes run one after another, so accesses that a warp makes at once must be matched afterwards: an instruction of two
// lanes matches if both are in the same iterations of the loops around it. Counting each lane's executions is not
// enough: behind a loop that one lane left earlier, or in a branch that one lane skipped, the counts differ. So loops
// are detected: a block that a lane enters again, with nothing around it entered again since, is a loop's head, and the
// blocks in between are inside the loop.
#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gs::simulator::counting {

class Loops {
 public:
  /// A block that a lane has entered. A path leaves out the blocks of earlier iterations.
  struct Visit {
    std::uint32_t block;
    std::uint32_t count;    ///< times it was entered again: the iteration, if it is a loop's head
    std::uint32_t context;  ///< see Place; unknown until an access needs it
    std::uint32_t earlier;  ///< the context of the last iteration that had one
  };
  using Path = std::vector<Visit>;

  /// Place of an access: its block, and the iterations of everything before it (also of loops that had ended).
  struct Place {
    std::uint32_t block = 0, context = 0;
  };

  /// The lane with this path enters the block whose call of the instrumentation returns to `code`.
  void enter(Path&, std::uint32_t code);
  Place place(Path&);
  /// Hash of the iterations of the loops around the block. Two lanes with the same hash at the same instruction would
  /// execute it at once.
  std::uint64_t iteration(Place);

  /// True if so many contexts are kept that forget_contexts() is due.
  bool full() const { return nodes_.size() > most_nodes; }
  /// Drops all contexts. Places returned before become invalid, and `forget(path)` must be called for each path.
  void forget_contexts();
  static void forget(Path&);

 private:
  static constexpr std::uint32_t unknown = ~0u;
  static constexpr std::size_t most_nodes = std::size_t(1) << 20;

  struct Node {
    std::uint32_t parent, block, count;
    std::uint32_t next;  // the loop's next iteration, or unknown
    bool operator==(const Node& o) const { return parent == o.parent && block == o.block && count == o.count; }
  };
  struct Hash {
    std::size_t operator()(const Node&) const;
  };
  /// Edge from one block to the next, classified when it is first seen.
  struct Edge {
    std::uint32_t from = unknown, code = unknown, to = 0;
    bool back = false;  // to a block already on the path: a loop's head
  };
  struct Block {
    std::vector<std::uint64_t> members;  // blocks of the loop that this one heads: one bit each
    std::uint64_t learned_at = 0;
    bool has(std::uint32_t block) const { return block / 64 < members.size() && members[block / 64] >> block % 64 & 1; }
    void add(std::uint32_t block);
  };

  const Edge& edge(const Path&, std::uint32_t code);
  void learn(const Path&, std::size_t head);
  std::uint32_t node(std::uint32_t parent, const Visit&);

  std::unordered_map<std::uint32_t, std::uint32_t> block_numbers_;  // by code; 0 is before the first block
  std::unordered_map<std::uint64_t, Edge> edges_;                   // by (from, code)
  std::array<Edge, 4096> recent_edges_{};
  std::vector<Block> blocks_{1};
  std::uint64_t changes_ = 1;  // version of all members

  std::vector<Node> nodes_{{0, 0, 0, unknown}};  // 0: in no loop
  std::unordered_map<Node, std::uint32_t, Hash> node_numbers_;
  struct Answer {
    std::uint32_t block = unknown, context = 0;
    std::uint64_t changes = 0, iteration = 0;
  };
  std::array<Answer, 4096> answers_{};
};

}  // namespace gs::simulator::counting
