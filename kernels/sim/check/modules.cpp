// modules.cpp - asks the loader where a library lies.
#include "kernels/sim/check/modules.h"

#include <link.h>

#include <algorithm>

#include "kernels/sim/check/shared_arrays.h"

namespace gs::simulator::check {
namespace {

std::vector<Module>& noted() {
  static auto* const noted = new std::vector<Module>;  // never destroyed: findings may be described at the exit
  return *noted;
}

struct Search {
  std::uintptr_t inside;
  Module found{};
};

int look_at(dl_phdr_info* info, std::size_t, void* search_of) {
  Search& search = *static_cast<Search*>(search_of);
  Module module{info->dlpi_name, info->dlpi_addr, ~std::uintptr_t(0), ~std::uintptr_t(0), 0};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    module.begin = std::min(module.begin, begin);
    if (segment.p_flags & PF_W) module.variables = std::min(module.variables, begin);
    module.end = std::max(module.end, begin + segment.p_memsz);
  }
  if (search.inside < module.begin || search.inside >= module.end) return 0;
  module.variables = std::min(module.variables, module.end);
  search.found = module;
  return 1;
}

}  // namespace

const std::vector<Module>& modules() {
  return noted();
}

const Module* module_at(std::uintptr_t address) {
  for (const Module& module : noted())
    if (module.begin <= address && address < module.end) return &module;
  return nullptr;
}

void note_module(const void* inside) {
  Search search{reinterpret_cast<std::uintptr_t>(inside)};
  dl_iterate_phdr(look_at, &search);
  if (search.found.end == 0 || module_at(search.inside)) return;
  noted().push_back(search.found);
  SharedArrays::of_program().add(search.found.file.c_str(), search.found.moved);
}

}  // namespace gs::simulator::check
