// variables.cpp - declarations of variables in GPU memory.
#include "apps/learn/rewrite/variables.h"

namespace gs::learn {
namespace {

bool has(const SourceFile& file, std::size_t first, std::size_t end, const char* word) {
  for (std::size_t i = first; i < end; ++i)
    if (file[i].is(word)) return true;
  return false;
}

/// Behind the declaration, so that an #if around it counts for both.
void add_registrations(const SourceFile& file, const std::string& type, std::size_t i, const std::string& more,
                       Edits& edits) {
  const std::size_t end = file.semicolon(i);
  std::string text;
  for (const std::string_view name : file.declared(i + 1, end))
    text += " static const ::gs::textbook::" + type + " gs_memory_of_" + std::string(name) + "(" + in_quotes(name) +
            ", " + std::string(name) + more + ");";
  if (!text.empty() && end + 1 <= file.size()) edits.add(end + 1, text, true);
}

/// Whether the names that are declared at `declaration` can be used at `i`, behind it.
bool is_visible(const SourceFile& file, std::size_t declaration, std::size_t i) {
  int depth = 0;
  for (std::size_t j = declaration; j < i && depth >= 0; ++j) depth += file.mark(j, '{') - file.mark(j, '}');
  return depth >= 0;
}

/// An assertion that the arrays up to the declaration at `i` fit into a block's static shared memory. Its place in
/// messages is that of `i`.
std::string size_check(const SourceFile& file, std::size_t i) {
  std::string sum;
  for (std::size_t j = 0; j <= i; ++j) {
    if (!file[j].is("__shared__") || !file.in_function(j) || file[j].in_directive || !is_visible(file, j, i)) continue;
    const std::size_t end = file.semicolon(j);
    if (has(file, file.statement_begin(j), end, "extern")) continue;
    for (const std::string_view name : file.declared(j + 1, end))
      sum += (sum.empty() ? "sizeof(" : " + sizeof(") + std::string(name) + ")";
  }
  if (sum.empty()) return "";
  return " static_assert(\n#line " + std::to_string(file.line(i)) + "\n" + file.indentation(file[i].begin) + sum +
         " <= 48 * 1024, \"a block has 48 KiB of static shared memory; more is possible only as dynamic shared memory: "
         "extern __shared__, and cudaFuncSetAttribute\");";
}

/// extern __shared__ __align__(16) float tile[];  ->  float* tile = ...;
void rewrite_dynamic_shared(const SourceFile& file, std::size_t first, std::size_t end, Edits& edits) {
  std::size_t name = end;
  while (name > first && !file.mark(name, '[')) --name;
  if (name <= first + 1) return;
  const std::size_t bracket = name--;
  std::string type;  // the words that are left before the name
  for (std::size_t i = first; i < name; ++i) {
    if (file[i].is("extern") || file[i].is("__shared__")) continue;
    if (file[i].is("__align__") || file[i].is("alignas") || file[i].is("__attribute__")) {
      i = file.after_partner(i + 1) - 1;
      continue;
    }
    type += (type.empty() ? "" : " ") + std::string(file[i].spelling);
  }
  const bool in_function = file.in_function(first);
  edits.replace(first, name,
                in_function ? type + "*" : "static const ::gs::textbook::DynamicSharedOfFile<" + type + ">", true);
  edits.replace(bracket, end,
                (in_function ? " = ::gs::textbook::DynamicShared{" : "{") + in_quotes(file[name].spelling) + "}");
}

}  // namespace

void rewrite_shared(const SourceFile& file, std::size_t i, Edits& edits) {
  const std::size_t first = file.statement_begin(i), end = file.semicolon(i);
  if (end >= file.size()) return;
  if (has(file, first, end, "extern")) return rewrite_dynamic_shared(file, first, end, edits);
  if (has(file, first, i, "__shared__")) return;  // once a declaration
  if (!file.in_function(i)) {
    if (!file.in_named_scope(i)) add_registrations(file, "SharedVariable", i, "", edits);
    return;
  }
  for (std::size_t other = first; other < end; ++other) {
    if (file[other].is("static")) edits.replace(other, other + 1, "      ");      // __shared__ says so, too
    if (file[other].is("alignas")) edits.replace(other, other + 1, "__align__");  // which may stand behind `static`
  }
  std::string calls;
  for (const std::string_view name : file.declared(i + 1, end))
    calls += " ::gs::textbook::shared_variable(" + in_quotes(name) + ", " + std::string(name) + ");";
  edits.add(end + 1, calls + size_check(file, i), true);
}

void name_device_variable(const SourceFile& file, std::size_t i, Edits& edits) {
  if (file.in_function(i) || file.in_parentheses(i)) return;
  std::size_t end = i;
  while (end < file.size() && !file.mark(end, ';') && !file.mark(end, '=') && !file.mark(end, '{') &&
         !file.mark(end, '(')) {
    if (file[end].is("__align__") || file[end].is("alignas"))
      end = file.after_partner(end + 1);
    else if (file.mark(end, '['))
      end = file.after_partner(end);
    else
      ++end;
  }
  if (end >= file.size() || file.mark(end, '(')) return;
  const std::size_t first = file.statement_begin(i);
  for (const char* word : {"struct", "class", "template"})
    if (has(file, first, end, word)) return;
  if (file.in_named_scope(i)) return;
  add_registrations(file, "DeviceVariable", i, has(file, first, end, "__managed__") ? ", true" : "", edits);
}

}  // namespace gs::learn
