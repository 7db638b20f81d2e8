// kernel_file.h - a CUDA file of the user's own, compiled for the simulator and loaded into this program.
#pragma once
#include <string>
#include <type_traits>
#include <typeinfo>

namespace gs::apps {

class KernelFile {
 public:
  /// Rewrites and compiles the file, as `gridstride run` does, and loads it; it stays loaded. With the race checker in
  /// this program its kernels are checked, too. The compiler's messages go to standard error. Throws UsageError if
  /// there is no such file or if the compiler refuses it.
  explicit KernelFile(const std::string& path);

  const std::string& path() const { return path_; }
  std::string name() const;      ///< the path's last part
  std::string checksum() const;  ///< of its bytes, and of those of the files beside it that it includes

  /// The function of the file with this name and these parameters; null if it has none.
  template <class Function>
  Function* function(const std::string& name) const {
    // As a compiler encodes them: "FvPKfPfE" is void(const float*, float*), and "_Z6launchPKfPf" the function's symbol.
    const std::string type = typeid(Function).name();
    return reinterpret_cast<Function*>(
        symbol("_Z" + std::to_string(name.size()) + name + type.substr(2, type.size() - 3)));
  }
  /// The functions of the file with this name, as C++ writes them, separated by commas; "" if there is none.
  std::string functions_called(const std::string& name) const;

 private:
  void* symbol(const std::string& mangled) const;

  std::string path_, library_file_, sources_;
  void* library_ = nullptr;
};

}  // namespace gs::apps
