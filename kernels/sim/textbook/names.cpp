// names.cpp - names of parameters and variables, which the rewriter writes into the file (apps/learn/rewrite/).
#include "kernels/sim/textbook/names.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernels/sim/device_memory.h"

namespace gs::textbook {
namespace {

/// The names of each kernel's parameters.
auto& parameters() {
  static auto* const parameters = new std::map<std::string, std::vector<std::string>, std::less<>>;
  return *parameters;
}

/// "k<4>" -> "k", "mine::k" -> "k"
std::string_view plain_name(std::string_view kernel) {
  kernel = kernel.substr(0, kernel.find('<'));
  const auto scope = kernel.rfind("::");
  return scope == kernel.npos ? kernel : kernel.substr(scope + 2);
}

}  // namespace

void name_arguments(std::string_view kernel, const PointerArgument* pointers, std::size_t count) {
  const auto found = parameters().find(plain_name(kernel));
  std::vector<simulator::HostPointer> to_host;
  for (std::size_t i = 0; i < count; ++i) {
    simulator::Naming naming{"", pointers[i].element_bytes, {}};
    if (found != parameters().end() && pointers[i].index < found->second.size())
      naming.name = found->second[pointers[i].index];
    const auto value = reinterpret_cast<std::uintptr_t>(pointers[i].value);
    if (simulator::memory_at(value) || simulator::freed_memory_at(value))
      simulator::name_memory(pointers[i].value, naming);
    else
      to_host.push_back({value, naming.name});
  }
  simulator::set_host_pointers(std::move(to_host));
}

KernelParameters::KernelParameters(const char* kernel, const char* names) {
  std::vector<std::string> list;
  for (std::string_view left = names; !left.empty();) {
    const auto comma = left.find(',');
    list.emplace_back(left.substr(0, comma));
    left = comma == left.npos ? "" : left.substr(comma + 1);
  }
  parameters().emplace(kernel, std::move(list));
}

DeviceVariable::DeviceVariable(const char* name, const void* begin, std::size_t bytes, std::size_t element_bytes,
                               bool managed, bool no_array) {
  simulator::register_memory(begin, bytes, {name, element_bytes, {}, managed, no_array, 1 << 20, name});
}

}  // namespace gs::textbook
