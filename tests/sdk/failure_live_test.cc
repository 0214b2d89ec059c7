// A failure on its way from an exception in a worker through a child and its parent to a client, against a real coordinator.
#include <gmock/gmock.h>

#include <future>

#include "baton/aes256_gcm_codec.h"
#include "baton/client.h"
#include "baton/decider.h"
#include "baton/worker.h"
#include "live_coordinator.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

struct CardDeclined : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr Activity<std::string(std::string)> charge_card{"charge_card", "1"};
constexpr WorkflowType<std::string(std::string)> pay{"pay", "1"};
constexpr WorkflowType<std::string(std::string)> order{"order", "1"};

std::string decline(std::string) {
  try {
    throw std::runtime_error("connection reset");
  } catch (const std::exception&) {
    std::throw_with_nested(CardDeclined("card declined"));
  }
}

Task<std::string> pay_code(Workflow wf, std::string card) {
  co_return co_await wf.schedule(charge_card, card, {.start_to_close = 30s, .task_list = "work"});
}

Task<std::string> order_code(Workflow wf, std::string card) {
  auto payment = wf.start_child(pay, card);
  const auto outcome = co_await payment.outcome();
  if (outcome.ok()) co_return *outcome;
  const ChildFailed& failed = outcome.failure();
  wf.set_execution_context(failed.type() + "; " + failed.chain());
  try {
    throw failed;
  } catch (const ChildFailed&) {
    std::throw_with_nested(WorkflowFailed("order failed", to_payload(card)));
  }
}

class FailureLiveTest : public ::testing::Test {
 protected:
  // With and without a codec.
  void begin(std::shared_ptr<const PayloadCodec> codec) {
    client_ = Client(coordinator_.address(), "live", {.codec = std::move(codec)});
    client_.ensure_domain();
    decider_ = std::make_unique<Decider>(client_, "decisions", DeciderOptions{.register_types = true});
    decider_->on(order, order_code);
    decider_->on(pay, pay_code);
    worker_ = std::make_unique<Worker>(client_, "work", WorkerOptions{.register_types = true});
    worker_->on(charge_card, decline);
    decider_->register_types();
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
    working_ = std::async(std::launch::async, [this] { return worker_->run(); });
  }
  ~FailureLiveTest() override {
    decider_->stop();
    worker_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    EXPECT_EQ(working_.get(), 0);
  }

  LiveCoordinator coordinator_;
  Client client_{coordinator_.address(), "live"};
  std::unique_ptr<Decider> decider_;
  std::unique_ptr<Worker> worker_;
  std::future<int> deciding_, working_;
};

TEST_F(FailureLiveTest, AClientSeesTheWholeChain) {
  begin(nullptr);
  auto run = client_.start(order, "order-17", "card 17");
  try {
    run.result();
    ADD_FAILURE() << "it failed";
  } catch (const ExecutionFailed& failed) {
    EXPECT_STREQ(failed.what(),
                 ("the execution ended as FAILED: order failed <- child workflow pay (" + run.run_id() +
                  ":1) failed <- activity charge_card (id 1) failed <- baton::testing::CardDeclined: card declined <- "
                  "std::runtime_error: connection reset")
                     .c_str());
    EXPECT_EQ(from_payload<std::string>(failed.closed().details), "card 17") << "its own details, not the envelope";
    EXPECT_EQ(failed.closed().type, "");
    EXPECT_EQ(failed.closed().causes.size(), 4u);
  }
  const auto detail = client_.describe(run.execution());
  EXPECT_THAT(detail.execution_context.value_or(""), HasSubstr("baton::testing::CardDeclined; child workflow pay ("));

  const History paid = client_.history({run.run_id() + ":1", ""});
  const HistoryEvent& end = paid.back();
  EXPECT_EQ(end.reason(), "card declined");
  EXPECT_EQ(end.failure_type(), "baton::testing::CardDeclined");
  EXPECT_EQ(end.details(), std::nullopt);
  EXPECT_THAT(with_causes("", end.causes()), HasSubstr("connection reset"));
}

TEST_F(FailureLiveTest, ACodecEncodesTheChainWithTheDetails) {
  begin(std::make_shared<Aes256GcmCodec>("k1", std::vector<AesKey>{{"k1", std::string(32, 'k')}}));
  auto run = client_.start(order, "order-17", "card 17");
  const auto closed = run.wait(30s);
  ASSERT_TRUE(closed);
  EXPECT_THAT(with_causes(closed->reason, closed->causes), HasSubstr("connection reset"));
  Client stranger(coordinator_.address(), "live");
  const auto seen = stranger.wait(run.execution());
  EXPECT_EQ(seen->reason, "order failed");
  EXPECT_TRUE(seen->causes.empty());
  EXPECT_EQ(seen->details->encoding, "aes-256-gcm");
  EXPECT_THAT(seen->details->data, Not(HasSubstr("connection reset")));
}

}  // namespace
}  // namespace baton::testing
