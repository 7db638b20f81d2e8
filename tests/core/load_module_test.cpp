// load_module_test.cpp - modules that are missing or of other sources. (Right ones: every test of a program with
// --device sim.)
#include <gtest/gtest.h>

#include <dlfcn.h>

#include "engine/core/load_module.h"
#include "kernels/common/check.h"

namespace gs::test {
namespace {

std::string error_of(const char* file) {
  try {
    load_module(file, "the sim device", "sim");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LoadModule, OneThatIsNotThereSaysHowToBuildIt) {
  EXPECT_EQ(module_file("/nowhere/libnothing.so"), "");
  EXPECT_EQ(error_of("/nowhere/libnothing.so"), "the sim device is not built; './gridstride build sim' builds it");
}

TEST(LoadModule, AnotherLibraryIsRefused) {
  Dl_info zlib;
  ASSERT_TRUE(dladdr(dlsym(RTLD_DEFAULT, "zlibVersion"), &zlib));
  const std::string error = error_of(zlib.dli_fname);
  EXPECT_NE(error.find(std::string(zlib.dli_fname) + " was built from other sources"), error.npos) << error;
  EXPECT_NE(error.find("'./gridstride build sim'"), error.npos) << error;
}

}  // namespace
}  // namespace gs::test
