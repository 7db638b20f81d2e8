// tuner_refusal_test.cpp - candidates that fail, give wrong results or break the device.
#include <limits>

#include "tests/support/doubling.h"
#include "tests/support/errors.h"
#include "tests/support/small_device.h"

namespace gs::test {
namespace {

/// Reason for which a candidate was refused; empty if it was not.
std::string refused(const TuningResult& result, std::size_t index) {
  return result.times.at(index).refused;
}

class Refusals : public Doubling {
 protected:
  Candidate failing(const std::string& name) {
    return {name, 0, [](const Addresses&, void*, stream_t) { throw Error("not supported"); }};
  }
  /// A candidate that fails after `good_calls` calls.
  Candidate failing_later(const std::string& name, int good_calls) {
    Candidate later = candidate(name, 1);
    later.run = [run = later.run, good_calls, times = 0](const Addresses& at, void* workspace, stream_t s) mutable {
      if (++times > good_calls) throw Error("no longer supported");
      run(at, workspace, s);
    };
    return later;
  }
  Candidate own(Candidate candidate) {
    candidate.own = true;
    return candidate;
  }
  const TuningResult& result() { return *cache.find("doubling"); }

  TuningCache cache{std::nullopt, "here"};
};

TEST_F(Refusals, AWrongOneHoweverFast) {
  EXPECT_EQ(choose(cache, {candidate("right", 400), candidate("wrong", 1, 2.1f), candidate("lazy", 0)}), 0u);
  EXPECT_EQ(refused(result(), 0), "");
  EXPECT_NE(refused(result(), 1).find("differs by 0.05"), std::string::npos) << refused(result(), 1);
  EXPECT_NE(refused(result(), 2), "") << "it writes nothing";
}

TEST_F(Refusals, OneThatFailsAndTheOthersRace) {
  const Candidate later = failing_later("fails when it is measured", 1);
  EXPECT_EQ(choose(cache, {candidate("slow", 400), failing("failing"), later, candidate("fast", 1)}), 3u);
  EXPECT_EQ(refused(result(), 1), "does not run: not supported");
  EXPECT_EQ(refused(result(), 2), "does not run: no longer supported");
}

TEST_F(Refusals, ADefaultThatFailsGivesItsPlaceToTheNext) {
  EXPECT_EQ(choose(cache, {failing("default"), candidate("next", 1), candidate("much slower", 400)}), 1u);
  EXPECT_EQ(refused(result(), 0), "does not run: not supported");
  EXPECT_EQ(result().chosen, "next");
  EXPECT_GT(result().times[2].median_us, 0);
}

TEST_F(Refusals, ADefaultThatIsNotFiniteGivesItsPlaceToTheNext) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    TuningCache anew(std::nullopt, "here");
    EXPECT_EQ(choose(anew, {candidate("default", 1, bad), candidate("next", 1), candidate("slow", 400)}), 1u);
    EXPECT_EQ(refused(*anew.find("doubling"), 0), "writes NaN or Inf");
    EXPECT_EQ(refused(*anew.find("doubling"), 1), "") << "a result that is not finite cannot be the reference";
  }
}

TEST_F(Refusals, WheneverADefaultFailsAnotherIsTaken) {
  for (int good_calls = 0; good_calls < 200; good_calls += good_calls < 10 ? 1 : 17) {
    TuningCache anew(std::nullopt, "here");
    choose(anew, {failing_later("default", good_calls), candidate("much slower", 40), candidate("slower", 30)},
           ticking());
    EXPECT_NE(anew.find("doubling")->chosen, "default") << good_calls;
    EXPECT_EQ(refused(*anew.find("doubling"), 0), "does not run: no longer supported") << good_calls;
  }
}

TEST_F(Refusals, AWrongLibraryIsNoReferenceWhereThereIsAnOwnKernel) {
  EXPECT_EQ(choose(cache, {candidate("wrong library", 1, 2.1f), candidate("library", 1), own(candidate("top", 400)),
                           own(candidate("plain", 500))}),
            1u);
  EXPECT_NE(refused(result(), 0).find("differs by 0.05"), std::string::npos) << refused(result(), 0);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(refused(result(), i), "") << result().times[i].name;
}

TEST_F(Refusals, ThePlainestOwnKernelIsTheReference) {
  EXPECT_EQ(
      choose(cache, {own(candidate("wrong top", 1, 2.1f)), own(candidate("plain", 400)), candidate("library", 1)}), 2u);
  EXPECT_NE(refused(result(), 0), "");
  EXPECT_EQ(refused(result(), 1), "");
}

TEST_F(Refusals, WhereNoOwnKernelRunsTheDefaultIsTheReference) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(choose(cache, {candidate("default", 400), candidate("wrong", 1, 2.1f), own(candidate("own", 1, nan))}), 0u);
  EXPECT_EQ(refused(result(), 0), "");
  EXPECT_NE(refused(result(), 1).find("differs"), std::string::npos);
  EXPECT_EQ(refused(result(), 2), "writes NaN or Inf");
}

TEST_F(Refusals, AWorkspaceThatTheDeviceHasNot) {
  Candidate vast = candidate("vast", 1);
  vast.workspace_bytes = std::size_t(1) << 60;
  EXPECT_EQ(choose(cache, {vast, candidate("next", 1), candidate("much slower", 400)}), 1u);
  EXPECT_NE(refused(result(), 0).find("out of memory"), std::string::npos) << refused(result(), 0);
}

TEST_F(Refusals, OfAllIsOneErrorThatNamesThem) {
  const Candidate bad = candidate("bad", 1, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(refuses<Error>(
      [&] {
        choose(cache, {failing("a"), bad, failing_later("c", 30)}, ticking());
      },
      {"double: none of the 3 implementations of doubling", "a does not run: not supported", "bad writes NaN or Inf",
       "c does not run: no longer supported"}));
  EXPECT_EQ(cache.find("doubling"), nullptr);
}

/// Once broken, every operation fails, as on a GPU after an illegal access.
class BreakableDevice : public SmallDevice {
 public:
  using SmallDevice::SmallDevice;
  void synchronize() override {
    if (broken) throw Error("illegal access");
    SmallDevice::synchronize();
  }
  void download(void* host, const void* device, std::size_t bytes) override {
    synchronize();
    SmallDevice::download(host, device, bytes);
  }
  bool broken = false;
};

TEST_F(Refusals, OneThatBreaksTheDeviceIsNamedAtOnce) {
  for (const int good_calls : {0, 1, 5, 100}) {
    auto breakable = std::make_unique<BreakableDevice>(open_device({.name = "cpu", .threads = 1}), 0);
    bool& broken = breakable->broken;
    device = std::move(breakable);
    Candidate breaker = candidate("breaker", 1);
    breaker.run = [this, &broken, run = breaker.run, good_calls, times = 0](const Addresses& at, void* workspace,
                                                                            stream_t s) mutable {
      run(at, workspace, s);
      if (++times <= good_calls) return;
      broken = true;  // reported when the host next waits
      calls = 0;
    };
    Candidate after = candidate("after", 1);
    EXPECT_TRUE(refuses<Error>(
        [&] {
          choose(cache, {candidate("before", 1), breaker, after}, ticking());
        },
        {"double: the implementation breaker of doubling has left the device unusable", "illegal access",
         "--impl \"double=NAME\""}))
        << good_calls;
    EXPECT_EQ(calls, 0) << "nothing runs after it";
    EXPECT_EQ(cache.find("doubling"), nullptr);
  }
}

}  // namespace
}  // namespace gs::test
