// explain.cpp - findings in the words of a learner's program: who did what to which element, and what to do.
#include <cstdlib>
#include <string_view>

#include "kernels/common/grouped.h"
#include "kernels/sim/check/findings.h"
#include "kernels/sim/source.h"
#include "kernels/sim/words.h"

namespace gs::simulator::check {
namespace {

std::string line_number(const std::string& place) {
  return place.substr(place.rfind(':') + 1);
}

/// The words for one finding.
class Explainer {
 public:
  Explainer(const Finding& finding, const std::vector<std::string>& lines) : finding_(finding), lines_(lines) {
    const std::string& place = lines.front();
    const auto colon = place.rfind(':');
    explanation_.file = place.substr(0, colon);
    if (colon != place.npos) explanation_.line = unsigned(std::strtoul(place.c_str() + colon + 1, nullptr, 10));
    point_at(finding.location.array, is_read(finding.parties[0]));
  }

  Explanation explain() {
    switch (finding_.problem) {
      case Problem::race:
        race();
        break;
      case Problem::uninitialised:
        say("M18", thread(0) + " reads " + element() + ", which no thread of this block has written");
        explanation_.advice =
            "A thread of this block must write each element before it is read; where there are no data, a neutral "
            "value, such as 0 in a sum";
        break;
      case Problem::copy_on_the_way:
        say("M23", thread(0) + " reads " + element() + ", whose copy (line " + line(1) + ") " +
                       (access(0).thread == access(1).thread ? "it" : thread(1)) + " has not waited for");
        explanation_.advice = "A wait for the copies, then a barrier: a thread waits for its own copies only";
        break;
      case Problem::past_shared:
        past_shared();
        break;
      case Problem::not_device_memory:
        past_global();
        break;
      case Problem::host_memory:
        say("M06", name() + " lies in the computer's memory, not in the GPU's");
        explanation_.advice =
            "cudaMalloc and cudaMemcpy first. In this simulator both are RAM; on a GPU this ends the program";
        break;
      case Problem::null_pointer:
        say("M07", thread(0) + " follows a null pointer" + (name() == "it" ? "" : ", " + name()));
        explanation_.advice = "Did cudaMalloc come before the launch?";
        break;
      case Problem::freed_memory:
        freed();
        break;
      case Problem::before_wait:
        break;
    }
    for (std::size_t party = finding_.parties.size(); party-- > 0;) add_access(party);
    add_data();
    return explanation_;
  }

 private:
  static bool is_read(const Party& party) { return party.kind == Kind::read || party.kind == Kind::atomic_read; }
  bool is_atomic(std::size_t party) const { return access(party).atomic; }
  const Access& access(std::size_t party) const { return finding_.parties[party].access; }
  std::uint64_t block_number(std::size_t party) const { return access(party).block - finding_.first_block; }
  std::string thread(std::size_t party) const { return thread_in(access(party).thread, finding_.block); }
  std::string block(std::size_t party) const { return block_in(block_number(party), finding_.grid); }
  std::string thread_of_block(std::size_t party) const { return thread(party) + " of " + block(party); }
  const std::string& element() const { return finding_.location.element; }
  std::string name() const { return finding_.location.array.empty() ? "it" : finding_.location.array; }
  bool several_blocks() const { return std::uint64_t(finding_.grid.x) * finding_.grid.y * finding_.grid.z > 1; }

  void say(const char* code, std::string what) {
    explanation_.code = code;
    explanation_.what = std::move(what);
  }
  void fact(std::string text) { explanation_.facts.push_back(std::move(text)); }
  void add_access(std::size_t party) {
    const Problem problem = finding_.problem;
    const Location& at = finding_.location;
    explanation_.accesses.push_back(
        {.launch = finding_.launch,
         .block = block_number(party),
         .thread = std::uint32_t(access(party).thread),
         .barriers = std::uint32_t(access(party).barriers),
         .code = access(party).code,
         .stores = !is_read(finding_.parties[party]),
         .ends_kernel = problem == Problem::past_shared || problem == Problem::not_device_memory ||
                        problem == Problem::host_memory || problem == Problem::null_pointer ||
                        problem == Problem::freed_memory,
         .array = at.array,
         .element = at.element,
         .offset = at.offset,
         .bytes = std::uint32_t(at.access_bytes)});
  }
  void point_at(const std::string& array, bool read) {
    if (array.empty()) return;
    explanation_.focus = {array + "[", array};
    explanation_.last_focus = read;
  }

  /// The same for a program that reads the finding.
  void add_data() {
    for (std::size_t party = 0; party < finding_.parties.size(); ++party)
      explanation_.threads.push_back({three_indices(block_number(party), finding_.grid),
                                      three_indices(access(party).thread, finding_.block),
                                      unsigned(std::strtoul(line(party).c_str(), nullptr, 10)),
                                      is_read(finding_.parties[party]) ? "reads" : "writes"});
    const Location& at = finding_.location;
    if (!at.array.empty()) explanation_.values["array"] = at.array;
    if (!at.array.empty() && !at.element.empty()) {
      explanation_.values["element"] = at.element;
      explanation_.values["index"] = std::to_string(at.index);
      explanation_.values["elements"] = std::to_string(at.elements);
    }
    if (finding_.adds) explanation_.values["threads"] = std::to_string(finding_.threads + 1);
  }

  void race() {
    const bool first_reads = is_read(finding_.parties[0]), second_reads = is_read(finding_.parties[1]);
    const std::size_t reader = first_reads ? 0 : 1, writer = 1 - reader;
    const bool one_block = access(0).block == access(1).block;
    const bool one_line = lines_[0] == lines_[1];
    if (finding_.handed_on) return handed_on_unfenced(one_block);
    if (one_line && finding_.adds) return several_add();
    if (!first_reads && !second_reads) return two_writers(one_block);
    place_at(reader);
    if (!one_block) {
      say("M30", block(reader) + " reads " + element() + " at line " + line(reader) + " while " + block(writer) +
                     " writes it at line " + line(writer));
      explanation_.advice = "Blocks of one launch run in any order and cannot wait for each other: use a second launch";
      return;
    }
    if (access(0).thread / 32 == access(1).thread / 32) {
      say("M17", "lane " + lane(reader) + " reads " + element() + " while lane " + lane(writer) + " writes it");
      fact("Lanes of a warp do not march in step (since Volta).");
      fact("The read is in line " + line(reader) + ", the write in line " + line(writer) + ".");
      explanation_.advice = "__syncwarp()";
    } else if (finding_.replaces) {
      say("M12", thread(reader) + " reads " + element() + " while " + thread(writer) + " overwrites it");
      fact("The read is in line " + line(reader) + ", the write in line " + line(writer) + ".");
      explanation_.advice =
          "A barrier must stand between the two, in a loop also between the reads of a round and the writes of the "
          "next one: __syncthreads()";
    } else {
      say("M11", thread(reader) + " reads " + element() + " at line " + line(reader) + " while " + thread(writer) +
                     " writes it at line " + line(writer));
      explanation_.advice = "No barrier stands between the two: __syncthreads()";
    }
    if (several_blocks()) fact("Both are threads of " + block(reader) + ".");
    if (is_atomic(0) != is_atomic(1))
      explanation_.advice =
          "One is an atomic operation, the other is not, so neither waits for the other: make both atomic, or put a "
          "barrier (or a second launch) between them";
  }

  void handed_on_unfenced(bool one_block) {
    const auto who = [&](std::size_t party) { return one_block ? thread(party) : block(party); };
    say("M32", who(0) + " may not see what " + who(1) + (is_read(finding_.parties[1]) ? " read from " : " wrote to ") +
                   element() + ": an atomic operation leads from one to the other, but no __threadfence");
    if (lines_[0] != lines_[1]) fact("One access is in line " + line(1) + ", the other in line " + line(0) + ".");
    explanation_.advice =
        "An atomic operation orders nothing but itself. __threadfence() before the one that gives the lock back (or "
        "sets the flag), and behind the one that takes it";
  }

  void several_add() {
    const auto text = source_line(explanation_.file, explanation_.line);
    const bool adds = !text || text->find('+') != text->npos || text->find("-=") != text->npos;
    const std::string threads = grouped(finding_.threads + 1) + " threads ";
    if (adds) {
      say("M19", threads + "add to " + element() + " at the same time, and additions get lost");
      explanation_.advice = "atomicAdd, or better: sum in the block first";
    } else {
      say("M19", threads + "read, change and write " + element() + " at the same time, and changes get lost");
      explanation_.advice = "An atomic operation, such as atomicMax or atomicCAS";
    }
  }

  void two_writers(bool one_block) {
    if (one_block) {
      say("M08", "threads " + index_in(access(1).thread, finding_.block) + " and " +
                     index_in(access(0).thread, finding_.block) + " both write " + element());
      if (several_blocks()) fact("Both are threads of " + block(0) + ".");
      explanation_.advice = advice_for_threads();
    } else {
      say("M08", "blocks " + index_in(block_number(1), finding_.grid) + " and " +
                     index_in(block_number(0), finding_.grid) + " both write " + element());
      explanation_.advice = advice_for_blocks();
    }
    if (lines_[0] != lines_[1]) fact("One does so in line " + line(1) + ", the other in line " + line(0) + ".");
  }

  /// For two threads of one block that write one element.
  std::string advice_for_threads() const {
    const auto x = [&](std::size_t party) { return access(party).thread % finding_.block.x; };
    if (finding_.block.y * finding_.block.z > 1 && x(0) == x(1))
      return "They have the same threadIdx.x, and differ in threadIdx.y or z: the index needs all of them";
    return "Each element needs one thread that writes it: an index of its own, or if (threadIdx.x == 0)";
  }
  /// For threads of two blocks that write one element.
  std::string advice_for_blocks() {
    const bool same_thread = access(0).thread == access(1).thread;
    if (same_thread && finding_.threads == 1)  // else more than this one thread of a block had met
      return "Each block needs an element of its own, such as " + name() +
             "[blockIdx.x]; if all belong together: atomicAdd";
    if (!same_thread) return "Each element needs one thread of the whole grid that writes it";
    fact("Both are thread " + index_in(access(0).thread, finding_.block) + ": their index does not tell blocks apart.");
    if (finding_.grid.y * finding_.block.y > 1)
      return "A thread in the grid has x = blockIdx.x * blockDim.x + threadIdx.x, and y likewise";
    return "The index of a thread in the grid is blockIdx.x * blockDim.x + threadIdx.x";
  }

  void freed() {
    const FreedRange& memory = *finding_.freed;
    // One is as the user gave it, the other a full path: only their names can be compared.
    const auto name_of = [](std::string_view file) { return std::string(file.substr(file.rfind('/') + 1)); };
    const std::string file = name_of(memory.where.file);
    const std::string place =
        "line " + std::to_string(memory.where.line) + (file == name_of(explanation_.file) ? "" : " of " + file);
    say("M31", thread_of_block(0) + verb() +
                   (name() == "it" ? "memory that " + place + " has freed"
                                   : element() + ", whose memory " + place + " has freed"));
    if (memory.fact.empty()) {
      explanation_.advice = "cudaFree comes after the last launch that uses the memory";
      return;
    }
    fact(memory.fact);
    explanation_.advice = "Pass the pointer itself, or an object whose destructor frees nothing";
  }

  void past_shared() {
    const Location& at = finding_.location;
    if (at.index < 0)
      say("M04", thread(0) + verb() + element());
    else
      say("M05", thread(0) + verb() + element() + ", but " + name() + " has " + plural(at.elements, "element") +
                     " (shared memory)");
    if (at.dynamic) fact("The third launch argument gave " + grouped(at.bytes) + " bytes.");
    if (several_blocks()) fact("It is a thread of " + block(0) + ".");
    if (at.dynamic && at.elements == 0) {
      explanation_.advice = "The third launch argument is the size of dynamic shared memory in bytes";
      return;
    }
    explanation_.advice = at.index < 0 ? "The first element has no left neighbour: treat the edge apart"
                                       : "The last element is " + name() + "[" + std::to_string(at.elements - 1) + "]";
  }

  void past_global() {
    const Location& at = finding_.location;
    if (at.index < 0) {
      say("M04", thread_of_block(0) + verb() + element());
      explanation_.advice = "The first element has no left neighbour: treat the edge apart";
      return;
    }
    say("M03", thread_of_block(0) + verb() + element() + ", but " + name() + " has " + plural(at.elements, "element"));
    const std::uint64_t x = access(0).thread % finding_.block.x, blocks = block_number(0) % finding_.grid.x;
    const std::uint64_t in_grid = blocks * finding_.block.x + x;
    const bool one_dimension = finding_.block.y * finding_.block.z * finding_.grid.y * finding_.grid.z == 1;
    if (one_dimension && std::int64_t(in_grid) == at.index) {
      fact("It has blockIdx.x = " + std::to_string(blocks) + ", threadIdx.x = " + std::to_string(x) + ": " +
           std::to_string(blocks) + " x " + std::to_string(finding_.block.x) + " + " + std::to_string(x) + " = " +
           std::to_string(in_grid) + ".");
      const auto threads = std::int64_t(finding_.grid.x) * finding_.block.x;
      if (threads > at.elements)
        fact("The grid has " + grouped(threads) + " threads for " + plural(at.elements, "element") + ".");
      explanation_.advice = "Threads with nothing to do must do nothing: if (i < n)";
    } else {
      explanation_.advice = "The last element is " + name() + "[" + std::to_string(at.elements - 1) +
                            "]: threads with nothing to do must do nothing";
    }
  }

  std::string verb() const { return is_read(finding_.parties[0]) ? " reads " : " writes "; }
  std::string line(std::size_t party) const { return line_number(lines_[party]); }
  std::string lane(std::size_t party) const { return std::to_string(access(party).thread % 32); }
  /// The message stands at this party's line.
  void place_at(std::size_t party) {
    const std::string& place = lines_[party];
    explanation_.file = place.substr(0, place.rfind(':'));
    explanation_.line = unsigned(std::strtoul(line(party).c_str(), nullptr, 10));
    explanation_.last_focus = is_read(finding_.parties[party]);
  }

  const Finding& finding_;
  const std::vector<std::string>& lines_;
  Explanation explanation_;
};

}  // namespace

Explanation explain(const Finding& finding, const std::vector<std::string>& lines) {
  return Explainer(finding, lines).explain();
}

}  // namespace gs::simulator::check
