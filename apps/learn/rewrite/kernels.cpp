// kernels.cpp - the parameters of a kernel's declaration.
#include "apps/learn/rewrite/kernels.h"

#include "apps/learn/rewrite/edits.h"

namespace gs::learn {

void note_kernel(const SourceFile& file, std::size_t i, Kernels& kernels) {
  std::size_t name = SourceFile::none, open = SourceFile::none;
  for (std::size_t j = i + 1; j < file.size() && !file.mark(j, ';') && !file.mark(j, '{'); ++j)
    if (file.mark(j, '(')) {
      if (file[j - 1].is("__launch_bounds__")) {
        j = file.after_partner(j) - 1;
        continue;
      }
      name = j - 1;
      open = j;
      break;
    }
  if (name == SourceFile::none || file[name].kind != Token::Kind::word) return;
  const std::size_t end = file.after_partner(open) - 1;
  Kernel kernel{"", false};
  std::size_t last_word = SourceFile::none;
  bool in_default = false;
  int angles = 0;
  for (std::size_t j = open + 1; j <= end; ++j) {
    if (file.mark(j, '<')) ++angles;
    if (file.mark(j, '>')) --angles;
    if (file.mark(j, '=')) in_default = kernel.has_defaults = true;
    if (file[j].kind == Token::Kind::word && !in_default) last_word = j;
    if (angles != 0 || !(file.mark(j, ',') || j == end)) continue;
    if (j > open + 1)
      kernel.parameters += (kernel.parameters.empty() ? "" : ",") +
                           std::string(last_word == SourceFile::none ? "" : file[last_word].spelling);
    last_word = SourceFile::none;
    in_default = false;
  }
  kernels.try_emplace(std::string(file[name].spelling), std::move(kernel));
}

std::string registrations(const Kernels& kernels) {
  std::string text;
  for (const auto& [name, kernel] : kernels)
    text += "static const ::gs::textbook::KernelParameters gs_parameters_of_" + name + "(" + in_quotes(name) + ", " +
            in_quotes(kernel.parameters) + ");\n";
  return text;
}

}  // namespace gs::learn
