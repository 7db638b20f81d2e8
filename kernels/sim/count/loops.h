// loops.h - in which iteration of which loops a lane is, learned from the basic blocks that it enters.
//
// Lanes run one after another, so what a warp would have done at once must be put together afterwards: an instruction
// of two lanes belongs together when both are in the same iterations of the loops around it. The number of times that a
// lane has executed it is not enough: behind a loop that one lane left earlier, or in a branch that one lane skipped,
// these differ. So the loops are found: a block that a lane enters again, with nothing around it entered again since,
// is the head of one, and the blocks in between are inside of it.
#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gs::simulator::counting {

class Loops {
 public:
  /// The blocks that a lane has entered, without what lies in earlier iterations.
  struct Visit {
    std::uint32_t block;
    std::uint32_t count;    ///< how often it has been entered again: the iteration, if it is the head of a loop
    std::uint32_t context;  ///< see Place; unknown until an access asks for it
    std::uint32_t earlier;  ///< the context of the last iteration that had one
  };
  using Path = std::vector<Visit>;

  /// Where an access was made: its block, and the iterations of everything before it (also of loops that had ended).
  struct Place {
    std::uint32_t block = 0, context = 0;
  };

  /// The lane with this path enters the block whose first instruction returns to `code`.
  void enter(Path&, std::uint32_t code);
  Place place(Path&);
  /// A number for the iterations of those loops that the block is in. Two lanes with the same number at the same
  /// instruction would execute it at once.
  std::uint64_t iteration(Place);

  /// True when so many contexts are kept that they should be forgotten.
  bool full() const { return nodes_.size() > most_nodes; }
  /// Forgets all contexts: of places handed out, none may be asked for any more, and `forget(path)` is due for each
  /// path.
  void forget_contexts();
  static void forget(Path&);

 private:
  static constexpr std::uint32_t unknown = ~0u;
  static constexpr std::size_t most_nodes = std::size_t(1) << 20;

  struct Node {
    std::uint32_t parent, block, count;
    std::uint32_t next;  // the same loop's next iteration, or unknown
    bool operator==(const Node& o) const { return parent == o.parent && block == o.block && count == o.count; }
  };
  struct Hash {
    std::size_t operator()(const Node&) const;
  };
  /// From one block to the next, as it was classified when it was first seen.
  struct Edge {
    std::uint32_t from = unknown, code = unknown, to = 0;
    bool back = false;  // to a block that the lane had entered before: the head of a loop
  };
  struct Block {
    std::vector<std::uint64_t> members;  // of the loop whose head this is: one bit each
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
  std::uint64_t changes_ = 1;  // of members

  std::vector<Node> nodes_{{0, 0, 0, unknown}};  // 0: in no loop
  std::unordered_map<Node, std::uint32_t, Hash> node_numbers_;
  struct Answer {
    std::uint32_t block = unknown, context = 0;
    std::uint64_t changes = 0, iteration = 0;
  };
  std::array<Answer, 4096> answers_{};
};

}  // namespace gs::simulator::counting
