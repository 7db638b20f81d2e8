// machine_code.cpp - reads the section .nv.info: a list of attributes, of which EIATTR_REGCOUNT has a symbol and its
// number of registers. The format is that of `cuobjdump -elf`.
#include "kernels/ptx/machine_code.h"

#include <elf.h>

#include <cstring>
#include <vector>

#include "kernels/ptx/module.h"

namespace gs::ptx {
namespace {

[[noreturn]] void damaged() {
  throw PtxError("the machine code of a kernel file is damaged");
}

template <class T>
T read_at(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) damaged();
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string text_at(std::string_view bytes, std::size_t at) {
  if (at >= bytes.size()) damaged();
  return std::string(bytes.substr(at, bytes.find('\0', at) - at));
}

class Elf {
 public:
  explicit Elf(std::string_view file) : file_(file) {
    const auto header = read_at<Elf64_Ehdr>(file, 0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) damaged();
    for (unsigned i = 0; i < header.e_shnum; ++i)
      sections_.push_back(read_at<Elf64_Shdr>(file, header.e_shoff + i * sizeof(Elf64_Shdr)));
    names_ = bytes_of(header.e_shstrndx);
  }
  /// The bytes of a section; empty if there is none of that name.
  std::string_view named(std::string_view name) const {
    for (std::size_t i = 0; i < sections_.size(); ++i)
      if (text_at(names_, sections_[i].sh_name) == name) return bytes_of(i);
    return {};
  }

 private:
  std::string_view bytes_of(std::size_t section) const {
    if (section >= sections_.size()) damaged();
    const Elf64_Shdr& s = sections_[section];
    if (s.sh_type == SHT_NOBITS) return {};
    if (s.sh_offset > file_.size() || s.sh_size > file_.size() - s.sh_offset) damaged();
    return file_.substr(s.sh_offset, s.sh_size);
  }
  std::string_view file_, names_;
  std::vector<Elf64_Shdr> sections_;
};

}  // namespace

std::map<std::string, int> registers_in(std::string_view file) {
  std::map<std::string, int> registers;
  if (file.empty()) return registers;
  const Elf elf(file);
  const std::string_view info = elf.named(".nv.info"), symbols = elf.named(".symtab"), names = elf.named(".strtab");
  constexpr std::uint8_t sized_value = 4, register_count = 0x2f;
  for (std::size_t at = 0; at < info.size();) {  // format, attribute, then a value or the size of one that follows
    const auto format = read_at<std::uint8_t>(info, at), attribute = read_at<std::uint8_t>(info, at + 1);
    const std::size_t bytes = format == sized_value ? read_at<std::uint16_t>(info, at + 2) : 0;
    if (format == sized_value && attribute == register_count) {
      const auto symbol = read_at<Elf64_Sym>(symbols, read_at<std::uint32_t>(info, at + 4) * sizeof(Elf64_Sym));
      registers[text_at(names, symbol.st_name)] = int(read_at<std::uint32_t>(info, at + 8));
    }
    at += 4 + bytes;
  }
  return registers;
}

}  // namespace gs::ptx
