// launches.cpp - finds the kernel before <<< and the end of the configuration.
#include "apps/learn/rewrite/launches.h"

namespace gs::learn {
namespace {

/// The first token of the expression before <<<: mine::kernel<4>, kernels[i], (*kernel), object.kernel.
std::size_t kernel_begin(const SourceFile& file, std::size_t launch) {
  std::size_t i = launch;
  while (i > 0) {
    std::size_t piece = i - 1;
    if (file.mark(piece, '>') || file.mark(piece, ')') || file.mark(piece, ']')) {
      piece = file.partner_before(piece);
      if (piece == SourceFile::none) break;
      const bool parenthesised = file.mark(piece, '(') && !(piece > 0 && file[piece - 1].kind == Token::Kind::word);
      i = piece;
      if (!parenthesised) continue;
    } else if (file[piece].kind == Token::Kind::word) {
      i = piece;
    } else {
      break;
    }
    if (i >= 2 && file.mark(i - 1, ':') && file.mark(i - 2, ':'))
      i -= 2;
    else if (i >= 1 && file.mark(i - 1, '.'))
      i -= 1;
    else if (i >= 2 && file.mark(i - 1, '>') && file.mark(i - 2, '-'))
      i -= 2;
    else
      break;
  }
  return i;
}

/// The first token of >>>; none if this launch has no end.
std::size_t end_of_configuration(const SourceFile& file, std::size_t open) {
  int depth = 0;
  for (std::size_t close = open + 3; close < file.size(); ++close) {
    if (depth == 0 && file.three(close, '>')) return close;
    if (file.mark(close, '(') || file.mark(close, '[') || file.mark(close, '{')) ++depth;
    if (file.mark(close, ')') || file.mark(close, ']') || file.mark(close, '}')) --depth;
    if (depth < 0 || file.mark(close, ';')) break;
  }
  return SourceFile::none;
}

bool has_defaults(const Kernels& kernels, std::string_view kernel) {
  kernel = kernel.substr(0, kernel.find('<'));
  const auto scope = kernel.rfind("::");
  const auto found = kernels.find(scope == kernel.npos ? kernel : kernel.substr(scope + 2));
  return found != kernels.end() && found->second.has_defaults;
}

}  // namespace

void rewrite_launch(const SourceFile& file, std::size_t open, const Kernels& kernels, Edits& edits) {
  const std::size_t close = end_of_configuration(file, open);
  if (close == SourceFile::none) {
    if (file.in_condition(open)) return;  // the compiler may never see it
    file.fail(open, open + 3, "this launch has no >>>");
  }
  if (!file.mark(close + 3, '('))
    file.fail(close, close + 3, "after >>> the arguments of the kernel must follow in ( )");
  const std::size_t first = kernel_begin(file, open);
  if (first == open) file.fail(open, open + 3, "before <<< the name of a kernel must stand");
  const bool apart = !file[first].in_directive && !file.in_parentheses(first);
  const std::string kernel(file.text(first, open));
  edits.add(first,
            std::string("::gs::textbook::") + (has_defaults(kernels, kernel) ? "launch_with_defaults(" : "launch(") +
                in_quotes(kernel) + ", [=](auto gs_take, auto... gs_arguments) { if constexpr (requires { gs_take(",
            apart);
  edits.replace(open, open + 3,
                "); }) return gs_take(" + kernel + "); else if constexpr (decltype(gs_take)::calls) " + kernel +
                    "(gs_arguments...); }, ::gs::textbook::configuration(",
                apart);
  edits.replace(close, close + 3, "))", apart);
}

}  // namespace gs::learn
