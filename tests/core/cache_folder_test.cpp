// cache_folder_test.cpp - which variables name the cache folder.
#include "engine/core/cache_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

namespace gs::test {
namespace {

/// Sets a variable, or removes it if `value` is null; its old value comes back at the end.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = getenv(name)) old_ = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

std::string folder_with(const char* cache, const char* home) {
  const Variable first("XDG_CACHE_HOME", cache), second("HOME", home);
  const auto folder = cache_folder();
  return folder ? folder->string() : "none";
}

TEST(CacheFolder, IsTheSpecifications) {
  EXPECT_EQ(folder_with("/var/c", "/home/u"), "/var/c/gridstride");
  EXPECT_EQ(folder_with(nullptr, "/home/u"), "/home/u/.cache/gridstride");
  EXPECT_EQ(folder_with("", "/home/u"), "/home/u/.cache/gridstride");
  EXPECT_EQ(folder_with(nullptr, nullptr), "none");
  EXPECT_EQ(folder_with("", ""), "none");
}

TEST(CacheFolder, ARelativePathDoesNotCount) {
  EXPECT_EQ(folder_with("cache", "/home/u"), "/home/u/.cache/gridstride");
  EXPECT_EQ(folder_with("../c", "."), "none");
}

}  // namespace
}  // namespace gs::test
