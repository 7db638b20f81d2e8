// rewrite.cpp - goes through the tokens of a file, and of each file that it includes.
#include "apps/learn/rewrite/rewrite.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "apps/learn/rewrite/edits.h"
#include "apps/learn/rewrite/kernels.h"
#include "apps/learn/rewrite/launches.h"
#include "apps/learn/rewrite/source_file.h"
#include "apps/learn/rewrite/variables.h"
#include "kernels/common/check.h"

namespace gs::learn {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  if (!fs::exists(file)) throw Error(file.string() + ": no such file");
  if (!fs::is_regular_file(file)) throw Error(file.string() + ": not a file");
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  if (!stream) throw Error(file.string() + ": cannot be read: " + std::strerror(errno));
  return content.str();
}

class Rewriter {
 public:
  explicit Rewriter(const fs::path& folder) : folder_(folder) {}

  std::vector<RewrittenFile> rewrite(const fs::path& main_file) {
    copy_of(main_file);
    files_.front().text += registrations(kernels_);
    return std::move(files_);
  }

 private:
  /// The copy of `file`, which is made at the first call.
  fs::path copy_of(const fs::path& file) {
    const fs::path original = fs::absolute(file).lexically_normal();
    const auto [known, is_new] = copies_.try_emplace(fs::weakly_canonical(original));
    if (!is_new) return known->second;
    const auto number = std::hash<std::string>()(known->first.string());
    const fs::path copy = known->second = folder_ / (std::to_string(number) + "-" + original.filename().string());
    const std::size_t place = files_.size();
    files_.push_back({original, copy, ""});
    std::string text = rewritten_text(SourceFile(content_of(file), original.string()), original);
    files_[place].text = std::move(text);
    return copy;
  }

  std::string rewritten_text(const SourceFile& file, const fs::path& path) {
    Edits edits(file);
    for (std::size_t i = 0; i < file.size(); ++i) {
      if (file.three(i, '<'))
        rewrite_launch(file, i, kernels_, edits);
      else if (file[i].is("__noinline__"))
        edits.replace(i, i + 1, "[[gnu::noinline]]");
      else if (file[i].in_directive)
        rewrite_include(file, i, path, edits);
      else if (file[i].is("__shared__"))
        rewrite_shared(file, i, edits);
      else if (file[i].is("__global__"))
        note_kernel(file, i, kernels_);
      else if (file[i].is("__device__") || file[i].is("__constant__") || file[i].is("__managed__"))
        name_device_variable(file, i, edits);
    }
    return edits.applied();
  }

  /// Token `i`, if it is the name in #include "NAME" and this file stands where the including one says.
  void rewrite_include(const SourceFile& file, std::size_t i, const fs::path& path, Edits& edits) {
    if (i < 2 || !file.mark(i - 2, '#') || !file[i - 1].is("include") || file[i].spelling.front() != '"') return;
    const fs::path included = path.parent_path() / file[i].spelling.substr(1, file[i].spelling.size() - 2);
    std::error_code error;
    if (!fs::is_regular_file(included, error)) return;  // the compiler searches in other folders, too
    edits.replace(i, i + 1, in_quotes(copy_of(included).string()));
  }

  const fs::path folder_;
  std::map<fs::path, fs::path> copies_;
  std::vector<RewrittenFile> files_;
  Kernels kernels_;
};

}  // namespace

std::vector<RewrittenFile> rewritten(const fs::path& file, const fs::path& folder) {
  return Rewriter(folder).rewrite(file);
}

}  // namespace gs::learn
