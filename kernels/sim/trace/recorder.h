// recorder.h - records the steps of some blocks while the program's launches are counted.
#pragma once
#include <optional>
#include <vector>

#include "kernels/sim/count/observer.h"
#include "kernels/sim/trace/arrays.h"
#include "kernels/sim/trace/order.h"
#include "kernels/sim/trace/trace.h"

namespace gs::simulator::trace {

class Recorder final : public counting::Observer {
 public:
  /// Records `blocks` of each launch, from step `from` on (the first is 1), and looks for the steps of `messages`.
  Recorder(std::vector<std::uint64_t> blocks, std::uint64_t from, std::vector<Message> messages);

  /// The whole trace; called once.
  Trace finish();

  void launch_begins() override;
  void block_begins() override;
  bool wants_requests() const override { return wanted_; }
  void requests(const counting::Formed&) override;
  void warp_operation(const WarpMeeting&, const std::array<std::uint32_t, warp_size>& logged) override;
  void barrier(Place where) override;
  bool ends_at(check::Space, std::uintptr_t address, std::size_t bytes, std::uint32_t code) const override;

 private:
  Step step_of(const counting::Formed&, const counting::Formed::Counted&);
  Step step_of(const Pending&, unsigned warp);
  std::uint32_t place(const std::string& text);
  /// Counts the step, and keeps it if it is among those that are wanted.
  void add(Step);
  void open_part();
  void note_writers(const Step&);
  void note_messages(const Step&, std::uint32_t code);

  Trace trace_;
  Arrays arrays_{trace_.arrays};
  std::uint64_t launch_ = 0;
  std::uint32_t barriers_ = 0;  // that the block has passed
  bool wanted_ = false, part_is_open_ = false;
  std::vector<std::size_t> touched_;                // arrays of this block
  std::vector<std::vector<std::int32_t>> writers_;  // by array: of this block's steps before `from`
  std::vector<std::vector<Pending>> pending_;       // by warp
  std::vector<std::uint32_t> codes_;                // of steps that are requests, by their preliminary `place`
  struct Guess {
    std::size_t message, access;
    std::uint64_t step;  // of the same thread and element, but another instruction
  };
  std::vector<Guess> guesses_;
};

}  // namespace gs::simulator::trace
