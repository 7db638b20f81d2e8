// async_copy.cpp - bookkeeping of the asynchronous copies that a simulated thread has not waited for.
#include "kernels/sim/block.h"

namespace gs::simulator {

void Block::start_copy(const AsyncCopy& copy) {
  copies_.resize(size_);
  Copies& mine = copies_[current_];
  mine.started.push_back({copy, mine.groups});
  if (const CheckerHooks* hooks = hooks_of(*launch_)) hooks->copy_starts(copy);
}

void Block::commit_copies() {
  if (!copies_.empty()) copies_[current_].groups++;
}

bool Block::finish_copy(int groups, AsyncCopy& copy) {
  if (copies_.empty()) return false;
  Copies& mine = copies_[current_];
  if (mine.finished == mine.started.size()) {
    mine.started.clear();
    mine.finished = 0;
    return false;
  }
  const Copies::Started& oldest = mine.started[mine.finished];
  if (oldest.group + unsigned(groups) >= mine.groups) return false;  // not committed, or among the latest
  copy = oldest.copy;
  mine.finished++;
  return true;
}

void start_async_copy(const AsyncCopy& copy) {
  const Unobserved unobserved;
  position.in_pieces = false;
  block_of("an asynchronous copy").start_copy(copy);
}
void commit_async_copies() {
  const Unobserved unobserved;
  block_of("an asynchronous copy").commit_copies();
}
bool finish_async_copy(int groups, AsyncCopy& copy) {
  const Unobserved unobserved;
  return position.in_pieces = block_of("an asynchronous copy").finish_copy(groups, copy);  // the caller writes it next
}

}  // namespace gs::simulator
