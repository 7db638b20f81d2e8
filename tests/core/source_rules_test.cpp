// source_rules_test.cpp - calls that the sources must not have: those that throw a library's text, or take a number
// that does not fit, and those that pass text to a shell.
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array not_called = {"stoi",  "stol", "stoll", "stoul", "stoull", "stof",  "stod",
                                   "stold", "atoi", "atol",  "atoll", "atof",   "popen", "system"};

bool is_word(char letter) {
  return letter == '_' || std::isalnum(static_cast<unsigned char>(letter));
}

/// Calls of such a function in `text`, and uses of what() on an exception of the JSON library.
std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> faults;
  for (const std::string name : not_called)
    for (std::size_t at = text.find(name + "("); at != text.npos; at = text.find(name + "(", at + 1))
      if (at == 0 || !is_word(text[at - 1])) faults.push_back(name);
  for (const std::string type : {"::exception& ", "::parse_error& ", "::type_error& ", "::out_of_range& "})
    for (std::size_t at = text.find(type); at != text.npos; at = text.find(type, at + 1)) {
      const std::size_t line = text.rfind('\n', at) + 1;  // npos + 1 is 0
      const std::string caught = text.substr(line, at - line), block = text.substr(at, text.find("\n  }", at) - at);
      const bool json = caught.find("json") != caught.npos || caught.find("Json") != caught.npos;
      if (json && block.find(".what()") != block.npos) faults.push_back("what() of the JSON library");
    }
  return faults;
}

TEST(SourceRules, AreFoundInAText) {
  using Faults = std::vector<std::string>;
  EXPECT_EQ(faults_of("int n = std::stoi(text) + atoi(more);"), (Faults{"stoi", "atoi"}));
  EXPECT_EQ(faults_of("system(\"ls\"); popen(line);"), (Faults{"popen", "system"}));
  EXPECT_EQ(faults_of("operating_system(); subsystem(1); std::system_error(2);"), Faults{});
  EXPECT_EQ(faults_of("} catch (const Json::exception& e) {\n  say(e.what());\n  }"),
            Faults{"what() of the JSON library"});
  EXPECT_EQ(faults_of("} catch (const Json::exception&) {\n  }\n} catch (const Error& e) {\n  say(e.what());\n  }"),
            Faults{});
}

TEST(SourceRules, AreKept) {
  int files = 0;
  for (const char* folder : {"apps", "engine", "models", "kernels"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(GRIDSTRIDE_SOURCE_DIR) / folder)) {
      const std::string type = entry.path().extension().string();
      if (type != ".cpp" && type != ".h" && type != ".cu" && type != ".cuh") continue;
      ++files;
      for (const std::string& fault : faults_of(text_of(entry.path())))
        ADD_FAILURE() << entry.path().string() << ": " << fault;
    }
  EXPECT_GT(files, 300);
}

}  // namespace
}  // namespace gs::test
