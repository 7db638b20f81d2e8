// message_of_test.cpp - no text of a library reaches a user as if it were ours.
#include "engine/core/message_of.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <vector>

#include "engine/core/error.h"

namespace gs::test {
namespace {

template <class Call>
std::string message_thrown_by(Call call) {
  try {
    call();
  } catch (const std::exception& exception) {
    return gs::message_of(exception);
  }
  return "nothing was thrown";
}

TEST(MessageOf, OursIsLeftAsItIs) {
  EXPECT_EQ(message_thrown_by([] { throw UsageError("--batch must be 1 or more"); }), "--batch must be 1 or more");
}

TEST(MessageOf, TheSystemsFailuresAreNamed) {
  EXPECT_EQ(message_thrown_by([] { (void)std::filesystem::file_size("/nowhere/at all"); }),
            "cannot use /nowhere/at all: No such file or directory");
  EXPECT_EQ(message_thrown_by([] { throw std::bad_alloc(); }).substr(0, 18), "not enough memory:");
  EXPECT_EQ(message_thrown_by([] { throw std::system_error(EAGAIN, std::generic_category(), "a thread"); }),
            "the system refuses a resource: Resource temporarily unavailable");
}

TEST(MessageOf, AnythingElseIsSaidToBeOurFault) {
  EXPECT_EQ(message_thrown_by([] { (void)std::vector<int>().at(0); }).substr(0, 33),
            "internal error, please report it:");
}

}  // namespace
}  // namespace gs::test
