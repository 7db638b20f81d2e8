// version.h - versions of the program, compiler and libraries: recorded in every run.json and printed by --version.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace gs {

struct VersionInfo {
  std::string version;   ///< gridstride's, "0.1.0"
  std::string commit;    ///< `git describe` when the build was configured; empty outside a repository
  std::string compiler;  ///< "g++ 12.2.0"
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name and version of those compiled in
};

const VersionInfo& version_info();

}  // namespace gs
