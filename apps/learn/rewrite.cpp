// rewrite.cpp - finds launches and declarations among the tokens, and edits the text.
#include "apps/learn/rewrite.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "apps/learn/tokens.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

constexpr std::size_t none = std::size_t(-1);

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result + '"';
}

class Rewriter {
 public:
  Rewriter(std::string_view source, std::string_view file) : source_(source), file_(file), tokens_(tokens_of(source)) {}

  std::string rewrite() {
    find_scopes();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is_launch(i))
        rewrite_launch(i);
      else if (tokens_[i].is("__noinline__"))
        replace(i, i + 1, "[[gnu::noinline]]");
      else if (tokens_[i].in_directive)
        continue;
      else if (tokens_[i].is("__shared__"))
        rewrite_shared(i);
      else if (tokens_[i].is("__global__"))
        note_kernel(i);
      else if (tokens_[i].is("__device__") || tokens_[i].is("__constant__") || tokens_[i].is("__managed__"))
        note_variable(i);
    }
    return edited();
  }

 private:
  struct Scope {
    bool function;     ///< code runs here
    bool parentheses;  ///< inside of ( ) or [ ], where the preprocessor may collect a macro's arguments
  };
  struct Edit {
    std::size_t begin, end;  ///< of the source; equal: something is added
    std::string text;
    bool apart;  ///< on a line of its own, so that what follows keeps its column
  };

  bool mark(std::size_t i, char c) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::mark && tokens_[i].spelling[0] == c;
  }
  /// Three equal characters without anything in between.
  bool three(std::size_t i, char c) const {
    return mark(i, c) && mark(i + 1, c) && mark(i + 2, c) && tokens_[i].end == tokens_[i + 1].begin &&
           tokens_[i + 1].end == tokens_[i + 2].begin;
  }
  bool is_launch(std::size_t i) const { return three(i, '<'); }
  std::string_view text(std::size_t first, std::size_t end) const {
    return first == end ? "" : source_.substr(tokens_[first].begin, tokens_[end - 1].end - tokens_[first].begin);
  }

  [[noreturn]] void fail(std::size_t token, const std::string& why) const {
    const std::size_t at = tokens_[std::min(token, tokens_.size() - 1)].begin;
    const auto before = source_.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column = at - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
    throw Error(std::string(file_) + ":" + std::to_string(line) + ":" + std::to_string(column) + ": error: " + why);
  }

  /// For every token the scope that it stands in.
  void find_scopes() {
    std::vector<Scope> open = {{false, false}};
    std::size_t statement = 0;  // the first token after the last ; { or }
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if ((mark(i, '}') || mark(i, ')') || mark(i, ']')) && open.size() > 1) open.pop_back();
      scopes_.push_back(open.back());
      if (tokens_[i].in_directive) continue;
      if (mark(i, '(') || mark(i, '[')) open.push_back({open.back().function, true});
      if (mark(i, '{')) open.push_back({open.back().function || opens_function(statement, i), false});
      if (mark(i, ';') || mark(i, '{') || mark(i, '}')) statement = i + 1;
    }
  }
  bool opens_function(std::size_t statement, std::size_t brace) const {
    for (std::size_t i = statement; i < brace; ++i)
      for (const char* word : {"namespace", "struct", "class", "union", "enum", "extern"})
        if (tokens_[i].is(word) && !has_parameters(i, brace)) return false;
    return brace > statement &&
           (mark(brace - 1, ')') || tokens_[brace - 1].kind == Token::Kind::word || mark(brace - 1, '}'));
  }
  bool has_parameters(std::size_t first, std::size_t end) const {
    for (std::size_t i = first; i < end; ++i)
      if (mark(i, '(')) return true;
    return false;
  }

  /// The token after the partner of the opening one at `i`; the end of the file if it has none.
  std::size_t after_partner(std::size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (mark(i, '(') || mark(i, '[') || mark(i, '{')) ++depth;
      if ((mark(i, ')') || mark(i, ']') || mark(i, '}')) && --depth == 0) return i + 1;
    }
    return tokens_.size();
  }
  /// The partner of the closing token at `i`, none if it has none. `>` is one, too.
  std::size_t partner_before(std::size_t i) const {
    const bool angles = mark(i, '>');
    int depth = 0, angle_depth = 0;
    for (;; --i) {
      if (mark(i, ')') || mark(i, ']') || mark(i, '}')) ++depth;
      if (mark(i, '(') || mark(i, '[') || mark(i, '{')) {
        --depth;
        if (!angles && depth == 0) return i;
        if (depth < 0) return none;
      }
      if (angles && depth == 0) {
        if (mark(i, '>') && !(i > 0 && mark(i - 1, '-'))) ++angle_depth;
        if (mark(i, '<') && --angle_depth == 0) return i;
      }
      if (i == 0) return none;
    }
  }

  /// The first token of the expression before <<<: mine::kernel<4>, kernels[i], (*kernel), object.kernel.
  std::size_t kernel_begin(std::size_t launch) const {
    std::size_t i = launch;
    while (i > 0) {
      std::size_t piece = i - 1;
      if (mark(piece, '>') || mark(piece, ')') || mark(piece, ']')) {
        piece = partner_before(piece);
        if (piece == none) break;
        const bool parenthesised = mark(piece, '(') && !(piece > 0 && tokens_[piece - 1].kind == Token::Kind::word);
        i = piece;
        if (!parenthesised) continue;
      } else if (tokens_[piece].kind == Token::Kind::word) {
        i = piece;
      } else {
        break;
      }
      if (i >= 2 && mark(i - 1, ':') && mark(i - 2, ':'))
        i -= 2;
      else if (i >= 1 && mark(i - 1, '.'))
        i -= 1;
      else if (i >= 2 && mark(i - 1, '>') && mark(i - 2, '-'))
        i -= 2;
      else
        break;
    }
    return i;
  }

  void rewrite_launch(std::size_t open) {
    std::size_t close = open + 3;
    for (int depth = 0; close < tokens_.size() && !(depth == 0 && three(close, '>')); ++close) {
      if (mark(close, '(') || mark(close, '[') || mark(close, '{')) ++depth;
      if (mark(close, ')') || mark(close, ']') || mark(close, '}')) --depth;
      if (depth < 0 || mark(close, ';')) break;
    }
    if (close >= tokens_.size() || !three(close, '>')) {
      if (in_condition(open)) return;  // the compiler may never see it
      fail(open, "this launch has no >>>");
    }
    if (!mark(close + 3, '(')) fail(close, "after >>> the arguments of the kernel must follow in ( )");
    const std::size_t kernel = kernel_begin(open);
    if (kernel == open) fail(open, "before <<< the name of a kernel must stand");
    const bool apart = !tokens_[kernel].in_directive && !scopes_[kernel].parentheses;
    const std::string name = in_quotes(text(kernel, open));
    add(kernel, "::gs::textbook::launch(" + name + ", [=](auto... gs_arguments) { ", apart);
    replace(open, open + 3, "(gs_arguments...); }, ::gs::textbook::configuration(", apart);
    replace(close, close + 3, "))", apart);
  }

  /// Between #if and #endif.
  bool in_condition(std::size_t i) const {
    int depth = 0;
    for (std::size_t j = 0; j + 1 < i; ++j) {
      if (!tokens_[j].in_directive || !mark(j, '#')) continue;
      const std::string_view word = tokens_[j + 1].spelling;
      depth += word == "if" || word == "ifdef" || word == "ifndef" ? 1 : word == "endif" ? -1 : 0;
    }
    return depth > 0;
  }

  /// The end of the declaration that `i` stands in: its `;`.
  std::size_t semicolon(std::size_t i) const {
    while (i < tokens_.size() && !mark(i, ';'))
      i = mark(i, '(') || mark(i, '[') || mark(i, '{') ? after_partner(i) : i + 1;
    return i;
  }
  std::size_t statement_begin(std::size_t i) const {
    while (i > 0 && !mark(i - 1, ';') && !mark(i - 1, '{') && !mark(i - 1, '}') && !tokens_[i - 1].in_directive) --i;
    return i;
  }
  /// The names that a declaration declares: the word before each [ , = or ; outside of brackets.
  std::vector<std::string_view> declared(std::size_t first, std::size_t end) const {
    std::vector<std::string_view> names;
    bool wanted = true;
    int angles = 0;
    for (std::size_t i = first; i <= end && i < tokens_.size();) {
      if (mark(i, '<')) ++angles;
      if (mark(i, '>')) --angles;
      const bool ends_name = mark(i, '[') || mark(i, ',') || mark(i, '=') || mark(i, ';') || mark(i, '{');
      if (angles == 0 && wanted && ends_name && i > first && tokens_[i - 1].kind == Token::Kind::word &&
          !mark(i - 2, ':')) {  // A::n is a member
        names.push_back(tokens_[i - 1].spelling);
        wanted = false;
      }
      if (angles == 0 && mark(i, ',')) wanted = true;
      i = mark(i, '(') || mark(i, '[') || mark(i, '{') ? after_partner(i) : i + 1;
    }
    return names;
  }

  void rewrite_shared(std::size_t i) {
    const std::size_t first = statement_begin(i), end = semicolon(i);
    if (end >= tokens_.size()) return;
    const auto external = std::find_if(tokens_.begin() + std::ptrdiff_t(first), tokens_.begin() + std::ptrdiff_t(end),
                                       [](const Token& token) { return token.is("extern"); });
    if (external != tokens_.begin() + std::ptrdiff_t(end)) return rewrite_dynamic_shared(first, end);
    for (std::size_t other = first; other < i; ++other)
      if (tokens_[other].is("__shared__")) return;  // once a declaration
    if (!scopes_[i].function) {
      if (!namespaces_open(i)) add_registrations("SharedVariable", i, "");
      return;
    }
    for (std::size_t other = first; other < end; ++other)
      if (tokens_[other].is("static")) replace(other, other + 1, "      ");  // __shared__ says so, too
    std::string calls;
    for (const std::string_view name : declared(i + 1, end))
      calls += " ::gs::textbook::shared_variable(" + in_quotes(name) + ", " + std::string(name) + ");";
    add(end + 1, calls, true);
  }

  /// extern __shared__ __align__(16) float tile[];  ->  float* tile = ...;
  void rewrite_dynamic_shared(std::size_t first, std::size_t end) {
    std::size_t name = end;
    while (name > first && !mark(name, '[')) --name;
    if (name <= first + 1) return;
    const std::size_t bracket = name--;
    std::size_t type = first;  // what is left before the name
    std::string words;
    for (; type < name; ++type) {
      if (tokens_[type].is("extern") || tokens_[type].is("__shared__")) continue;
      if (tokens_[type].is("__align__") || tokens_[type].is("alignas") || tokens_[type].is("__attribute__")) {
        type = after_partner(type + 1) - 1;
        continue;
      }
      words += (words.empty() ? "" : " ") + std::string(tokens_[type].spelling);
    }
    const bool in_function = scopes_[first].function;
    replace(first, name, in_function ? words + "*" : "static const ::gs::textbook::DynamicSharedOfFile<" + words + ">",
            true);
    replace(bracket, end,
            (in_function ? " = ::gs::textbook::DynamicShared{" : "{") + in_quotes(tokens_[name].spelling) + "}", false);
  }

  void note_kernel(std::size_t i) {
    std::size_t name = none, open = none;
    for (std::size_t j = i + 1; j < tokens_.size() && !mark(j, ';') && !mark(j, '{'); ++j)
      if (mark(j, '(')) {
        if (tokens_[j - 1].is("__launch_bounds__")) {
          j = after_partner(j) - 1;
          continue;
        }
        name = j - 1;
        open = j;
        break;
      }
    if (name == none || tokens_[name].kind != Token::Kind::word) return;
    const std::size_t end = after_partner(open) - 1;
    std::string names;
    std::size_t last_word = none;
    int angles = 0;
    for (std::size_t j = open + 1; j <= end; ++j) {
      if (mark(j, '<')) ++angles;
      if (mark(j, '>')) --angles;
      if (tokens_[j].kind == Token::Kind::word) last_word = j;
      if (angles != 0 || !(mark(j, ',') || j == end)) continue;
      if (j > open + 1)
        names += (names.empty() ? "" : ",") + std::string(last_word == none ? "" : tokens_[last_word].spelling);
      last_word = none;
    }
    auto& known = kernels_[std::string(tokens_[name].spelling)];
    if (known.empty()) known = names;
  }

  /// __device__ float sum; but no function.
  void note_variable(std::size_t i) {
    if (scopes_[i].function || scopes_[i].parentheses) return;
    std::size_t end = i;
    while (end < tokens_.size() && !mark(end, ';') && !mark(end, '=') && !mark(end, '{') && !mark(end, '(')) {
      if (tokens_[end].is("__align__") || tokens_[end].is("alignas"))
        end = after_partner(end + 1);
      else if (mark(end, '['))
        end = after_partner(end);
      else
        ++end;
    }
    if (end >= tokens_.size() || mark(end, '(')) return;
    for (std::size_t j = statement_begin(i); j < end; ++j)
      if (tokens_[j].is("struct") || tokens_[j].is("class") || tokens_[j].is("template")) return;
    bool managed = false;
    for (std::size_t j = statement_begin(i); j < end; ++j) managed |= tokens_[j].is("__managed__");
    if (namespaces_open(i)) return;
    add_registrations("DeviceVariable", i, managed ? ", true" : "");
  }
  /// Behind the declaration, so that an #if around it counts for both.
  void add_registrations(const std::string& type, std::size_t i, const std::string& more) {
    const std::size_t end = semicolon(i);
    std::string text;
    for (const std::string_view name : declared(i + 1, end))
      text += " static const ::gs::textbook::" + type + " gs_memory_of_" + std::string(name) + "(" + in_quotes(name) +
              ", " + std::string(name) + more + ");";
    if (!text.empty() && end + 1 <= tokens_.size()) add(end + 1, text, true);
  }
  /// Inside of a namespace, or of a class: then the name alone does not say which variable it is.
  bool namespaces_open(std::size_t i) const {
    int depth = 0;
    for (std::size_t j = 0; j < i; ++j) {
      if (tokens_[j].in_directive) continue;
      if (mark(j, '{') && !(j >= 1 && tokens_[j - 1].is("namespace"))) ++depth;
      if (mark(j, '}')) depth = std::max(depth - 1, 0);
    }
    return depth > 0;
  }

  void add(std::size_t before, std::string what, bool apart) {
    const std::size_t at = before < tokens_.size() ? tokens_[before].begin : source_.size();
    edits_.push_back({at, at, std::move(what), apart});
  }
  void replace(std::size_t first, std::size_t end, std::string by, bool apart = false) {
    edits_.push_back({tokens_[first].begin, tokens_[end - 1].end, std::move(by), apart});
  }

  /// Spaces (and tabs) up to the column of the byte at `at`.
  std::string indentation(std::size_t at) const {
    const auto line = source_.substr(0, at).rfind('\n');
    std::string spaces(source_.substr(line == source_.npos ? 0 : line + 1, at - (line == source_.npos ? 0 : line + 1)));
    for (char& c : spaces)
      if (c != '\t') c = ' ';
    return spaces;
  }

  std::string edited() {
    std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    std::string result = "#line 1 " + in_quotes(file_) + "\n";
    std::size_t done = 0;
    long line = 1;
    for (const Edit& edit : edits_) {
      if (edit.begin < done) continue;  // inside of what is replaced
      result += source_.substr(done, edit.begin - done);
      line += std::count(source_.begin() + std::ptrdiff_t(done), source_.begin() + std::ptrdiff_t(edit.begin), '\n');
      const long before = line;
      line +=
          std::count(source_.begin() + std::ptrdiff_t(edit.begin), source_.begin() + std::ptrdiff_t(edit.end), '\n');
      if (edit.apart)
        result += "\n#line " + std::to_string(before) + "\n" + edit.text + "\n#line " + std::to_string(line) + "\n" +
                  indentation(edit.end);
      else
        result += edit.text;
      done = edit.end;
    }
    result += source_.substr(done);
    result += "\n";
    for (const auto& [kernel, names] : kernels_)
      result += "static const ::gs::textbook::KernelParameters gs_parameters_of_" + kernel + "(" + in_quotes(kernel) +
                ", " + in_quotes(names) + ");\n";
    return result;
  }

  std::string_view source_, file_;
  std::vector<Token> tokens_;
  std::vector<Scope> scopes_;
  std::vector<Edit> edits_;
  std::map<std::string, std::string> kernels_;
};

}  // namespace

std::string rewritten(std::string_view source, std::string_view file) {
  return Rewriter(source, file).rewrite();
}

}  // namespace gs::learn
