// shared_arrays.cpp - reads the symbol table of the running program, and of libraries with kernels.
#include "kernels/sim/check/shared_arrays.h"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string_view>

#include "kernels/sim/check/places.h"
#include "kernels/sim/runtime.h"

namespace gs::simulator::check {
namespace {

constexpr std::string_view guard_name = "gs_shared_guard_";

/// "_ZZ7reversePfE17gs_shared_guard_3" -> "_ZZ7reversePfE", which begins the names of all static variables of that
/// function. Empty for other names.
std::string_view function_of_guard(std::string_view symbol) {
  const auto at = symbol.find(guard_name);
  if (at == symbol.npos || symbol.substr(0, 3) != "_ZZ") return "";
  std::string_view function = symbol.substr(0, at);
  while (!function.empty() && std::isdigit(static_cast<unsigned char>(function.back()))) function.remove_suffix(1);
  return function;
}

/// "kernel(float*)::tile" -> "tile"
std::string variable_in(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  const std::string_view name = status == 0 ? text.get() : symbol;
  const auto scope = name.rfind("::");
  return std::string(scope == name.npos ? name : name.substr(scope + 2));
}

/// The last element that begins at or before `address`, or null.
template <class T>
const T* last_before(const std::vector<T>& sorted, std::uintptr_t address) {
  const auto above = std::upper_bound(sorted.begin(), sorted.end(), address,
                                      [](std::uintptr_t a, const T& element) { return a < element.begin; });
  return above == sorted.begin() ? nullptr : &*std::prev(above);
}

/// A program's or library's file in memory; empty if it cannot be read.
class File {
 public:
  explicit File(const char* path) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file >= 0 && fstat(file, &status) == 0) {
      void* const memory = mmap(nullptr, std::size_t(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
      if (memory != MAP_FAILED) bytes_ = {static_cast<const char*>(memory), std::size_t(status.st_size)};
    }
    if (file >= 0) close(file);
  }
  ~File() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Calls visit(name, symbol) for every variable in the symbol table.
  template <class Visit>
  void variables(Visit visit) const {
    if (bytes_.size() < sizeof(Elf64_Ehdr) || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) return;
    const auto& header = *reinterpret_cast<const Elf64_Ehdr*>(bytes_.data());
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(bytes_.data() + header.e_shoff);
    for (int i = 0; i < header.e_shnum; ++i) {
      if (sections[i].sh_type != SHT_SYMTAB) continue;
      const char* names = bytes_.data() + sections[sections[i].sh_link].sh_offset;
      const auto* symbols = reinterpret_cast<const Elf64_Sym*>(bytes_.data() + sections[i].sh_offset);
      for (std::size_t s = 0; s < sections[i].sh_size / sizeof(Elf64_Sym); ++s)
        if (ELF64_ST_TYPE(symbols[s].st_info) == STT_OBJECT) visit(names + symbols[s].st_name, symbols[s]);
    }
  }

 private:
  std::string_view bytes_;
};

}  // namespace

SharedArrays& SharedArrays::of_program() {
  static auto* arrays = new SharedArrays;  // never destroyed: findings may be described during program exit
  return *arrays;
}

SharedArrays::SharedArrays() {
  add("/proc/self/exe", load_address());
}

void SharedArrays::add(const char* path, std::uint64_t moved) {
  const File file(path);
  std::set<std::string_view> functions;
  file.variables([&](std::string_view name, const Elf64_Sym&) {
    if (const auto function = function_of_guard(name); !function.empty()) functions.insert(function);
  });
  file.variables([&](const char* symbol, const Elf64_Sym& entry) {
    const std::string_view name = symbol;
    const std::uintptr_t begin = moved + entry.st_value, end = begin + entry.st_size;
    if (!function_of_guard(name).empty()) return;
    const auto above = functions.upper_bound(name);
    if (above != functions.begin() && name.starts_with(*std::prev(above)))
      arrays_.push_back({begin, end, variable_in(symbol), 0, {}});
    else
      others_.push_back({begin, end});
  });
  const auto by_begin = [](const auto& a, const auto& b) { return a.begin < b.begin; };
  std::sort(arrays_.begin(), arrays_.end(), by_begin);
  std::sort(others_.begin(), others_.end(), by_begin);
  recent_ = {};
}

const SharedArray* SharedArrays::at(std::uintptr_t address) const {
  const SharedArray*& recent = recent_[address / shared_guard_bytes % recent_.size()];
  if (recent && recent->begin <= address && address < recent->end) return recent;
  const SharedArray* const below = last_before(arrays_, address);
  return below && address < below->end ? recent = below : nullptr;
}

const SharedArray* SharedArrays::beside(std::uintptr_t address) const {
  const Variable* const other = last_before(others_, address);
  if (arrays_.empty() || (other && address < other->end)) return nullptr;
  const SharedArray* const below = last_before(arrays_, address);
  const SharedArray* const above = below ? below + 1 : arrays_.data();
  const auto never = ~std::uintptr_t(0);
  const std::uintptr_t after = below ? address - below->end : never;
  const std::uintptr_t before = above != arrays_.data() + arrays_.size() ? above->begin - address : never;
  if (std::min(before, after) > shared_guard_bytes) return nullptr;
  return after <= before ? below : above;
}

bool SharedArrays::is_variable(std::uintptr_t address) const {
  const Variable* const variable = last_before(others_, address);
  return variable && address < variable->end;
}

bool SharedArrays::same_variable(std::uintptr_t address, std::uintptr_t other) const {
  const Variable* const variable = last_before(others_, address);
  return variable && address < variable->end && variable == last_before(others_, other) && other < variable->end;
}

void SharedArrays::name(const SharedArray& known) {
  const auto at = std::lower_bound(arrays_.begin(), arrays_.end(), known.begin,
                                   [](const SharedArray& array, std::uintptr_t a) { return array.begin < a; });
  if (at != arrays_.end() && at->begin == known.begin) {
    *at = known;
    return;
  }
  arrays_.insert(at, known);
  std::erase_if(others_, [&](const Variable& variable) { return variable.begin == known.begin; });
  recent_ = {};
}

}  // namespace gs::simulator::check
