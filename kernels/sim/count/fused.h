// fused.h - requests as the machine's instructions make them: a compiler fuses neighbouring accesses of a lane into one
// of 8 or 16 bytes, and splits a structure whose type promises no alignment.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernels/sim/count/request.h"

namespace gs::simulator::counting {

/// The instructions of machine code that load from (or store to) global (or shared) memory in a source line: their
/// widths in bytes, or'ed; 4 | 16 if there are some of 4 and some of 16; 0 if there are none.
using Widths = std::function<unsigned(const std::string& file, unsigned line, bool shared, bool store)>;

/// The requests of a source line, fused.
struct FusedLine : RequestCounts {
  std::string file;
  unsigned line = 0;
  std::int64_t least_turns = 0, least_turns_written = 0;  ///< of the banks, without conflicts; fused, and as written
  bool certain = true;  ///< false: the machine code leaves open which of its instructions made these requests
};

/// While it lives, what count() counts on this OS thread is also fused.
///
/// Requests of one line between two meetings of the warp are fused if the same lanes make them, every lane's addresses
/// lie in the same aligned piece of 8 or 16 bytes, and all lanes at the same place in it.
class Fuser {
 public:
  /// `widths`: what the machine code has; a line without instructions of its own belongs to the one whose accesses lie
  /// beside its own. Null: a guess. Then accesses of 4 and 8 bytes are fused that are at most 64 requests apart, and
  /// not if an instruction's first address is aligned in some warps only, for then the compiler cannot know that it is.
  explicit Fuser(Widths widths);
  ~Fuser();
  Fuser(const Fuser&) = delete;
  Fuser& operator=(const Fuser&) = delete;

  /// The counts since the last call.
  std::vector<FusedLine> take();

  /// The counter's calls: a request in program order; the end of what may be fused.
  void add(const Request&, std::uint32_t living);
  void warp_meets();

 private:
  struct Line {
    std::string file;
    unsigned number = 0;
    RequestCounts written, fused;
    std::int64_t turns_written = 0, turns_fused = 0;
    unsigned widths[4] = {}, made[4] = {};  // by kind_of()
    bool certain = true, aligned = true;
  };
  struct Pending {
    Request request;
    std::uint32_t living;
  };
  struct Member {
    unsigned offset, bytes;
    std::size_t line;
  };
  /// Requests that become one instruction of `bytes`, if enough of them come.
  struct Group {
    Request request;  // its address is that of the piece
    std::uint32_t living;
    std::size_t kind, line;
    unsigned covered;  // a bit for each byte
    std::vector<Member> members;
    std::uint64_t last;  // number of its last request
  };
  struct Start {
    unsigned piece, offset;
    std::uint64_t phase;
  };

  void find_lines();
  void process_pending();
  void process(const Request&, std::uint32_t living);
  void look_at_start(const Request&, std::size_t line);
  bool join(const Request&, std::size_t kind, std::size_t line, bool any_line);
  void open(const Request&, std::uint32_t living, std::size_t kind, std::size_t line, unsigned piece);
  void split(const Request&, std::uint32_t living, std::size_t kind, std::size_t line, unsigned bytes);
  void close(const Group&);
  void close_part(const Group&, unsigned offset, unsigned bytes);
  void close_oldest();
  void make(const Request&, std::uint32_t living, std::size_t kind, std::size_t line);

  Widths widths_;
  std::vector<Line> lines_;
  std::unordered_map<std::uint32_t, std::size_t> line_by_code_;
  std::vector<Pending> pending_;
  std::vector<Group> groups_;
  std::unordered_map<std::uint32_t, Start> starts_;  // by code
  std::uint64_t requests_ = 0, phase_ = 0;
};

/// The fuser of this OS thread, or null.
extern constinit thread_local Fuser* fuser;

}  // namespace gs::simulator::counting
