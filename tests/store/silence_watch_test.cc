// Who waits too long for an answer finds the connection cut; everybody else is left alone.
#include "coordinator/store/postgres/silence_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace baton::store::postgres {
namespace {

using namespace std::chrono_literals;

// Two ends of a connection; `ours` is what is watched.
class Ends {
 public:
  Ends() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  ~Ends() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int ours() const { return ends_[0]; }
  // Whether something, or the end, can be read within this time.
  bool readable_within(std::chrono::milliseconds limit) const {
    pollfd polled{ours(), POLLIN, 0};
    return ::poll(&polled, 1, static_cast<int>(limit.count())) == 1;
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST(SilenceWatchTest, ASilentConnectionIsCutAfterItsLimitAndNotBefore) {
  SilenceWatch watch;
  const Ends ends;
  const auto begin = std::chrono::steady_clock::now();
  SilenceWatch::Wait wait(watch, ends.ours(), 100ms);
  EXPECT_TRUE(ends.readable_within(30s));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 100ms);
  EXPECT_TRUE(wait.end());
  EXPECT_TRUE(wait.end()) << "and so it stays";
}

TEST(SilenceWatchTest, AnAnswerInTimeLeavesTheConnectionAlone) {
  SilenceWatch watch;
  const Ends answered, silent;
  SilenceWatch::Wait wait(watch, answered.ours(), 50ms);
  EXPECT_FALSE(wait.end());
  // When a later one is cut, the time of the first has long passed.
  SilenceWatch::Wait later(watch, silent.ours(), 100ms);
  EXPECT_TRUE(silent.readable_within(30s));
  EXPECT_FALSE(answered.readable_within(0ms));
}

TEST(SilenceWatchTest, AShortWaitBesideALongOneIsCutInItsOwnTime) {
  SilenceWatch watch;
  const Ends patient, impatient;
  SilenceWatch::Wait longer(watch, patient.ours(), 1h);
  SilenceWatch::Wait shorter(watch, impatient.ours(), 50ms);
  EXPECT_TRUE(impatient.readable_within(30s));
  EXPECT_TRUE(shorter.end());
  EXPECT_FALSE(longer.end());
}

TEST(SilenceWatchTest, ItEndsWithoutWaitingForAnybody) {
  const auto begin = std::chrono::steady_clock::now();
  {
    SilenceWatch watch;
    const Ends ends;
    SilenceWatch::Wait wait(watch, ends.ours(), 1h);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

}  // namespace
}  // namespace baton::store::postgres
