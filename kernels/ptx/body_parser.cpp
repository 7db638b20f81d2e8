// body_parser.cpp - parses the body of a kernel: declarations, labels and statements.
#include <algorithm>
#include <optional>
#include <set>

#include "kernels/ptx/decoder.h"
#include "kernels/ptx/parser.h"
#include "kernels/ptx/warp.h"

namespace gs::ptx {
namespace {

constexpr std::uint64_t most_registers = 50'000;  ///< of a kernel, 128 bytes or more each; nvcc uses some thousands
constexpr std::size_t most_scopes = 64;           ///< inside one another

class BodyParser {
 public:
  BodyParser(Lexer& lexer, const Module& module, Kernel& kernel, Symbols symbols)
      : lexer_(lexer), module_(module), kernel_(kernel), symbols_(std::move(symbols)), registers_(kernel) {}

  void parse() {
    try {
      statements();
    } catch (const PtxError& error) {
      throw PtxError("kernel " + plain_name(kernel_.name) + ", " + module_.place(line_) + ": " + error.what());
    }
  }

 private:
  void statements() {
    lexer_.expect("{");
    scopes_.emplace_back();
    while (!scopes_.empty()) {
      if (lexer_.accept("{")) {
        if (scopes_.size() == most_scopes) lexer_.fail("braces are nested too deeply");
        scopes_.emplace_back();
      } else if (lexer_.accept("}")) {
        scopes_.pop_back();
      } else if (!lexer_.accept(";")) {
        directive_or_statement();
      }
    }
    add({.flow = Flow::exit}, "ret (the kernel's end)");
    for (const auto& [instruction, label] : branches_) {
      const auto at = labels_.find(label);
      if (at == labels_.end()) lexer_.fail("undefined label " + label);
      kernel_.code[instruction].target = at->second;
    }
    mark_stretches();
  }

  void mark_stretches() {
    std::vector<Instruction>& code = kernel_.code;
    for (std::size_t i = 0; i < code.size(); ++i) {
      const bool ends = code[i].flow == Flow::branch || code[i].flow == Flow::exit || code[i].flow == Flow::barrier;
      if (ends && i + 1 < code.size()) code[i + 1].begins_stretch = true;
      if (code[i].flow == Flow::branch) code[std::size_t(code[i].target)].begins_stretch = true;
    }
  }

  void directive_or_statement() {
    if (lexer_.accept(".reg"))
      declare_registers();
    else if (lexer_.accept(".loc"))
      source_line();
    else if (lexer_.accept(".pragma"))
      lexer_.skip_past(";");
    else if (lexer_.word() == ".local" || lexer_.word() == ".shared" || lexer_.word() == ".param")
      declare_variable(lexer_.take());
    else if (lexer_.word().starts_with("."))
      lexer_.fail("the directive " + lexer_.take() + " is not supported in a kernel");
    else
      statement();
  }

  // --- declarations

  void declare_register(const std::string& name, Type type) {
    // A name may be reused once its scope is closed. Shadowing is refused, so that closing a scope restores no names.
    for (const auto& scope : scopes_)
      if (scope.contains(name)) lexer_.fail("the register " + name + " is declared twice");
    scopes_.back().insert(name);
    registers_.declare(name, type);
  }
  void count_registers(std::uint64_t more) {
    if (more > most_registers - register_count_)
      lexer_.fail("more than " + std::to_string(most_registers) + " registers in a kernel");
    register_count_ += more;
  }
  void declare_registers() {
    const std::string word = lexer_.take();
    const Type type = type_named(std::string_view(word).substr(1));
    if (type == Type::none || bits(type) == 8) lexer_.fail("registers of type " + word + " are not supported");
    do {
      const std::string name = lexer_.take();
      if (lexer_.accept("<")) {  // %r<4>: %r0 to %r3
        const std::uint64_t count = lexer_.number();
        lexer_.expect(">");
        count_registers(count);  // before any is made
        for (std::uint64_t n = 0; n < count; ++n) declare_register(name + std::to_string(n), type);
      } else {
        count_registers(1);
        declare_register(name, type);
      }
    } while (lexer_.accept(","));
    lexer_.expect(";");
  }

  /// .loc 1 71 3, function_name $L__info_string0, inlined_at 1 71 3: keeps the line where the code was written.
  void source_line() {
    line_ = {std::int32_t(lexer_.number()), std::int32_t(lexer_.number())};
    lexer_.number();  // the column
    while (lexer_.accept(",")) {
      if (lexer_.accept("function_name")) {
        lexer_.take();
        if (lexer_.accept("+")) lexer_.number();
      } else {
        lexer_.expect("inlined_at");
        for (int n = 0; n < 3; ++n) lexer_.number();
      }
    }
  }

  void declare_variable(const std::string& space) {
    const Declaration d = declaration(lexer_);
    lexer_.expect(";");
    Symbol& symbol = symbols_[d.name];
    symbol = {.space = space == ".local"    ? Space::local
                       : space == ".shared" ? Space::shared
                                            : Space::call_param,
              .bytes = d.bytes,
              .alignment = d.alignment};
    place(d.name, symbol);
  }
  /// Places a symbol behind those that its space already holds.
  void place(const std::string& name, Symbol& symbol) {
    if (symbol.space == Space::shared && dynamic_begin_)
      lexer_.fail("shared variable " + name + " comes behind the first use of dynamic shared memory");
    std::uint32_t& end = symbol.space == Space::local    ? kernel_.local_bytes
                         : symbol.space == Space::shared ? kernel_.shared_bytes
                                                         : kernel_.call_bytes;
    symbol.address = place_behind(end, symbol.bytes, symbol.alignment, name, lexer_);
    symbol.placed = true;
  }

  // --- statements

  /// (@%p1 or @!%p1) opcode operands; or label:
  void statement() {
    const std::size_t begin = lexer_.position();
    Instruction i;
    if (lexer_.accept("@")) {
      i.guard_negated = lexer_.accept("!");
      const std::string name = lexer_.take();
      const Register* const guard = registers_.find(name);
      if (!guard || guard->type != Type::pred) lexer_.fail("the guard " + name + " is not a predicate");
      i.guard = guard->offset;
    }
    const std::string word = lexer_.take();
    if (lexer_.accept(":")) {
      if (!labels_.emplace(word, int(kernel_.code.size())).second) lexer_.fail("duplicate label " + word);
      return;
    }
    std::vector<Operand> operands;
    if (word == "bra" || word == "bra.uni") {
      branches_.push_back({kernel_.code.size(), lexer_.take()});
    } else if (word.starts_with("call")) {
      operands = call_arguments();
    } else {
      while (lexer_.word() != ";") {
        if (!operands.empty() && !lexer_.accept("|")) lexer_.expect(",");
        operands.push_back(operand());
      }
    }
    std::string text(lexer_.text(begin));
    // nvcc prefixes parameters with the kernel's name; only param_0 is kept.
    for (std::size_t at; (at = text.find(kernel_.name + "_param_")) != text.npos;)
      text.erase(at, kernel_.name.size() + 1);
    lexer_.expect(";");
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
    try {
      Decoder decoder(Opcode(word), std::move(operands), registers_, i);
      decode(decoder);
    } catch (const PtxError& error) {
      throw PtxError("'" + text + "' " + error.what());
    }
    add(i, text);
  }
  void add(const Instruction& i, const std::string& text) {
    kernel_.code.push_back(i);
    kernel_.lines.push_back(line_);
    kernel_.texts.push_back(text);
  }

  std::vector<Operand> call_arguments() {
    if (lexer_.word() == "(") lexer_.fail("a call with a result is not supported");
    const std::string callee = lexer_.take();
    if (callee != "cudaGraphSetConditional") lexer_.fail("a call of " + callee + " is not supported");
    lexer_.expect(",");
    lexer_.expect("(");
    std::vector<Operand> arguments;
    do arguments.push_back(operand());
    while (lexer_.accept(","));
    lexer_.expect(")");
    return arguments;
  }

  Operand operand() {
    if (lexer_.accept("{")) {
      Operand vector{.kind = Operand::Kind::vector};
      do vector.elements.push_back(operand());
      while (lexer_.accept(","));
      lexer_.expect("}");
      return vector;
    }
    if (lexer_.accept("[")) {
      Operand address = operand();
      address.in_brackets = true;
      if (lexer_.accept("+") || lexer_.word() == "-") address.displacement = std::int64_t(lexer_.number());
      lexer_.expect("]");
      return address;
    }
    if (lexer_.at_number()) return {.kind = Operand::Kind::value, .value = lexer_.number()};
    const bool negated = lexer_.accept("!");
    const std::string name = lexer_.take();
    if (name == "_") return {.kind = Operand::Kind::sink};
    if (const Register* const r = registers_.find(name))
      return {.kind = Operand::Kind::reg, .reg = *r, .negated = negated};
    if (name.starts_with("%")) return {.kind = Operand::Kind::reg, .reg = registers_.special(name)};
    const auto symbol = symbols_.find(name);
    if (symbol == symbols_.end()) lexer_.fail("undefined register or variable " + name);
    if (!symbol->second.placed) place(name, symbol->second);
    const std::uint64_t address = symbol->second.address;
    return {.kind = Operand::Kind::value,
            .value = address == dynamic_shared ? dynamic_begin() : address,
            .space = symbol->second.space};
  }
  std::uint64_t dynamic_begin() {
    if (!dynamic_begin_) dynamic_begin_ = kernel_.shared_bytes = std::uint32_t(aligned(kernel_.shared_bytes, 128));
    return *dynamic_begin_;
  }

  Lexer& lexer_;
  const Module& module_;
  Kernel& kernel_;
  Symbols symbols_;
  RegisterFile registers_;
  SourceLine line_;
  std::vector<std::set<std::string>> scopes_;  ///< registers declared in each open scope
  std::uint64_t register_count_ = 0;
  std::map<std::string, int> labels_;
  std::vector<std::pair<std::size_t, std::string>> branches_;
  std::optional<std::uint32_t> dynamic_begin_;  ///< set at its first use
};

}  // namespace

void parse_body(Lexer& lexer, const Module& module, Kernel& kernel, Symbols symbols) {
  BodyParser(lexer, module, kernel, std::move(symbols)).parse();
}

}  // namespace gs::ptx
