// parser.cpp - parses a module's directives: variables, files, kernels with their parameters.
#include "kernels/ptx/parser.h"

#include <algorithm>
#include <cstring>

namespace gs::ptx {

std::string Module::place(SourceLine line) const {
  const auto file = files.find(line.file);
  if (file == files.end()) return "an unknown line";
  // This project's files are named relative to its folder.
  const std::size_t kernels = file->second.rfind("/kernels/");
  const std::string name = file->second.substr(kernels == std::string::npos ? 0 : kernels + 1);
  return line.line == 0 ? name : name + ":" + std::to_string(line.line);  // 0: nvcc names no line
}

namespace {

constexpr std::uint64_t largest_alignment = 256;
constexpr std::size_t most_extents = 8;  ///< initial values are read by as many calls inside one another

class ModuleParser {
 public:
  ModuleParser(std::string_view text, const std::string& name) : lexer_(text, name) {}

  std::unique_ptr<Module> parse() {
    while (!lexer_.at_end()) directive();
    return std::move(module_);
  }

  /// Called first: nvcc writes the .file directives at the end, but errors in kernels name the files.
  void read_files(std::string_view text) {
    for (std::size_t at = 0; (at = text.find(".file\t", at)) != text.npos; ++at) {
      const std::size_t before = at == 0 ? text.npos : text.find_last_not_of('\t', at - 1);
      if (before != text.npos && text[before] != '\n') continue;
      Lexer line(text.substr(at, text.find('\n', at) - at), "a .file directive");
      line.expect(".file");
      file(line);
    }
  }

 private:
  void directive() {
    const std::string word = lexer_.take();
    if (word == ".version" || word == ".address_size") {
      lexer_.take();
    } else if (word == ".target") {
      do lexer_.take();
      while (lexer_.accept(","));
    } else if (word == ".file") {
      file(lexer_);
    } else if (word == ".section") {
      while (lexer_.word() != "{") lexer_.take();
      lexer_.skip_braces();
    } else if (word == ".visible" || word == ".weak" || word == ".common") {
      // linkage has no effect: a module is complete
    } else if (word == ".extern") {
      extern_ = true;
      return;
    } else if (word == ".entry" || word == ".func") {
      kernel(word == ".entry");
    } else if (word == ".global" || word == ".const" || word == ".shared") {
      variable(word);
    } else {
      lexer_.fail("the directive " + word + " is not supported");
    }
    extern_ = false;
  }

  void file(Lexer& lexer) {
    const int index = int(lexer.number());
    const std::string quoted = lexer.take();
    module_->files[index] = quoted.substr(1, quoted.size() - 2);
    while (lexer.accept(",")) lexer.number();  // its time and size
  }

  void variable(const std::string& space) {
    const Declaration d = declaration(lexer_);
    if (space == ".shared") {
      if (extern_ && d.bytes != 0) lexer_.fail("shared variable " + d.name + " of another module is not supported");
      symbols_[d.name] =
          extern_ ? Symbol{.space = Space::shared, .address = dynamic_shared}
                  : Symbol{.space = Space::shared, .placed = false, .bytes = d.bytes, .alignment = d.alignment};
      lexer_.expect(";");
      return;
    }
    if (extern_) lexer_.fail("variable " + d.name + " of another module is not supported");
    place_behind(global_bytes_, d.bytes, largest_alignment, d.name, lexer_);
    auto& memory = module_->memory.emplace_back(new std::byte[d.bytes + largest_alignment]{});
    const std::uint64_t begin = aligned(reinterpret_cast<std::uint64_t>(memory.get()), largest_alignment);
    if (lexer_.accept("=")) initial_values(d, reinterpret_cast<std::byte*>(begin));
    lexer_.expect(";");
    module_->globals.push_back({begin, begin + d.bytes});
    symbols_[d.name] = {space == ".const" ? Space::constant : Space::global, begin};
  }
  /// 1, or {1, 2}, or {{1}, {2, 3}}: short rows are filled with zeros.
  void initial_values(const Declaration& d, std::byte* memory) {
    const std::size_t each = std::size_t(bits(d.type)) / 8;
    std::size_t at = 0;
    const auto one = [&](std::size_t end) {
      const std::uint64_t value = lexer_.number();
      if (at + each > end) lexer_.fail("variable " + d.name + " has too many values");
      std::memcpy(memory + at, &value, each);
      at += each;
    };
    const auto row = [&](auto& self, std::size_t level) -> void {  // called after its {
      std::size_t bytes = each;
      for (std::size_t n = level; n < d.extents.size(); ++n) bytes *= d.extents[n];
      const std::size_t end = at + bytes;
      if (level >= d.extents.size() || end > d.bytes) lexer_.fail("variable " + d.name + " has too many values");
      do {
        if (lexer_.accept("{"))
          self(self, level + 1);
        else
          one(end);
      } while (lexer_.accept(","));
      lexer_.expect("}");
      at = end;
    };
    if (lexer_.accept("{"))
      row(row, 0);
    else
      one(d.bytes);
  }

  void kernel(bool entry) {
    if (lexer_.accept("(")) lexer_.skip_past(")");  // the return value
    Kernel kernel;
    kernel.name = lexer_.take();
    Symbols symbols = symbols_;
    const bool has_parameters = lexer_.accept("(");
    while (has_parameters && !lexer_.accept(")")) {
      lexer_.accept(",");
      lexer_.expect(".param");
      const Declaration d = declaration(lexer_);
      const std::uint32_t offset = place_behind(kernel.parameter_bytes, d.bytes, d.alignment, d.name, lexer_);
      kernel.parameters.push_back({offset, std::uint32_t(d.bytes)});
      symbols[d.name] = {Space::param, offset};
    }
    while (lexer_.word() != "{" && lexer_.word() != ";") lexer_.take();  // .maxntid and the like
    if (lexer_.accept(";")) return;                                      // declared only
    if (!entry)
      lexer_.fail("function " + kernel.name + " is not supported: only kernels and functions inlined into them are");
    parse_body(lexer_, *module_, kernel, std::move(symbols));
    const std::string name = kernel.name;
    module_->kernels[name] = std::move(kernel);
  }

  Lexer lexer_;
  std::unique_ptr<Module> module_ = std::make_unique<Module>();
  Symbols symbols_;
  std::uint32_t global_bytes_ = 0;
  bool extern_ = false;
};

}  // namespace

Declaration declaration(Lexer& lexer) {
  Declaration d;
  bool of_pointed_to = false;  // .ptr .global .align 4: the pointee's alignment follows
  while (lexer.word().starts_with(".")) {
    const std::string word = lexer.take();
    if (word == ".align") {
      const std::uint64_t alignment = lexer.number();
      if (!of_pointed_to) d.alignment = alignment;
    } else if (word == ".ptr") {
      of_pointed_to = true;
    } else if (const Type type = type_named(std::string_view(word).substr(1)); type != Type::none) {
      d.type = type;
    } else if (word != ".global" && word != ".shared" && word != ".const" && word != ".local") {
      lexer.fail("'" + word + "' is not supported in a declaration");
    }
  }
  if (d.type == Type::none) lexer.fail("a declaration without a supported type");
  d.name = lexer.take();
  const std::uint64_t each = std::uint64_t(std::max(8, bits(d.type))) / 8;
  d.bytes = each;
  while (lexer.accept("[")) {
    d.extents.push_back(lexer.word() == "]" ? 0 : lexer.number());
    if (d.extents.size() > most_extents) lexer.fail("variable " + d.name + " has too many extents");
    if (d.extents.back() != 0 && d.bytes > most_bytes / d.extents.back())
      lexer.fail("variable " + d.name + " is too large");
    d.bytes *= d.extents.back();
    lexer.expect("]");
  }
  if (d.alignment > largest_alignment) lexer.fail("variable " + d.name + " has too large an alignment");
  d.alignment = std::max(d.alignment, each);
  return d;
}

std::uint32_t place_behind(std::uint32_t& end, std::uint64_t bytes, std::uint64_t alignment, const std::string& name,
                           const Lexer& lexer) {
  const std::uint64_t address = aligned(end, alignment);
  if (address > most_bytes || bytes > most_bytes - address)
    lexer.fail("variable " + name + " does not fit into its space");
  end = std::uint32_t(address + bytes);
  return std::uint32_t(address);
}

std::unique_ptr<Module> parse(std::string_view text, const std::string& name) {
  ModuleParser parser(text, name);
  parser.read_files(text);
  return parser.parse();
}

}  // namespace gs::ptx
