// loops.cpp - paths, loops learned from them, contexts.
#include "kernels/sim/count/loops.h"

#include <algorithm>

namespace gs::simulator::counting {
namespace {
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
  return x ^ x >> 29;
}
}  // namespace

std::size_t Loops::Hash::operator()(const Node& n) const {
  return mix(std::uint64_t(n.parent) << 32 | n.block, n.count);
}

void Loops::Block::add(std::uint32_t block) {
  if (block / 64 >= members.size()) members.resize(block / 64 + 1);
  members[block / 64] |= std::uint64_t(1) << block % 64;
}

const Loops::Edge& Loops::edge(const Path& path, std::uint32_t code) {
  const std::uint32_t from = path.empty() ? 0 : path.back().block;
  Edge& recent = recent_edges_[mix(from, code) % recent_edges_.size()];
  if (recent.from == from && recent.code == code) return recent;
  const auto [at, is_new] = edges_.try_emplace(std::uint64_t(from) << 32 | code);
  if (is_new) {
    const auto [number, new_block] = block_numbers_.try_emplace(code, std::uint32_t(blocks_.size()));
    if (new_block) blocks_.emplace_back();
    const std::uint32_t to = number->second;
    const bool back = std::any_of(path.begin(), path.end(), [&](const Visit& v) { return v.block == to; });
    at->second = {from, code, to, back};
  }
  return recent = at->second;
}

void Loops::enter(Path& path, std::uint32_t code) {
  const Edge& to = edge(path, code);
  if (to.back)
    for (std::size_t i = path.size(); i-- > 0;)
      if (path[i].block == to.to) {
        learn(path, i);
        path.resize(i + 1);
        path[i].count++;
        if (path[i].context != unknown) path[i].earlier = path[i].context;
        path[i].context = unknown;
        return;
      }
  path.push_back({to.to, 0, unknown, unknown});
}

/// Blocks behind the head on the path are inside its loop, and so are the loops that they head.
void Loops::learn(const Path& path, std::size_t head) {
  Block& loop = blocks_[path[head].block];
  const bool changed_elsewhere = loop.learned_at != changes_;
  bool changed = false;
  if (!loop.has(path[head].block)) loop.add(path[head].block), changed = true;
  for (std::size_t i = head + 1; i < path.size(); ++i) {
    if (!loop.has(path[i].block)) loop.add(path[i].block), changed = true;
    if (path[i].count == 0 || !changed_elsewhere) continue;
    const Block& inner = blocks_[path[i].block];
    if (loop.members.size() < inner.members.size()) loop.members.resize(inner.members.size());
    for (std::size_t w = 0; w < inner.members.size(); ++w) {
      changed = changed || (inner.members[w] & ~loop.members[w]);
      loop.members[w] |= inner.members[w];
    }
  }
  if (changed) ++changes_;
  loop.learned_at = changes_;
}

std::uint32_t Loops::node(std::uint32_t parent, const Visit& visit) {
  const Node wanted{parent, visit.block, visit.count, unknown};
  if (visit.earlier != unknown)
    if (const std::uint32_t next = nodes_[visit.earlier].next; next != unknown && nodes_[next] == wanted) return next;
  const auto [at, is_new] = node_numbers_.try_emplace(wanted, std::uint32_t(nodes_.size()));
  if (is_new) nodes_.push_back(wanted);
  if (visit.earlier != unknown) nodes_[visit.earlier].next = at->second;
  return at->second;
}

Loops::Place Loops::place(Path& path) {
  if (path.empty()) return {};
  std::size_t known = path.size();
  while (known > 0 && path[known - 1].context == unknown) --known;
  std::uint32_t context = known == 0 ? 0 : path[known - 1].context;
  for (; known < path.size(); ++known) {
    if (path[known].count > 0) context = node(context, path[known]);
    path[known].context = context;
  }
  return {path.back().block, context};
}

std::uint64_t Loops::iteration(Place place) {
  Answer& answer = answers_[mix(place.block, place.context) % answers_.size()];
  if (answer.block == place.block && answer.context == place.context && answer.changes == changes_)
    return answer.iteration;
  std::uint64_t iteration = 0;
  for (std::uint32_t at = place.context; at != 0; at = nodes_[at].parent)
    if (blocks_[nodes_[at].block].has(place.block)) iteration = mix(mix(iteration, nodes_[at].block), nodes_[at].count);
  answer = {place.block, place.context, changes_, iteration};
  return iteration;
}

void Loops::forget_contexts() {
  nodes_.resize(1);
  nodes_[0].next = unknown;
  node_numbers_.clear();
  answers_.fill({});
}

void Loops::forget(Path& path) {
  for (Visit& visit : path) visit.context = visit.earlier = unknown;
}

}  // namespace gs::simulator::counting
