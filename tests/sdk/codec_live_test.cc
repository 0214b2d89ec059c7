// A codec against a real coordinator: everything works as without one, and the coordinator never sees plain text.
#include <gmock/gmock.h>

#include <future>

#include "baton/aes256_gcm_codec.h"
#include "baton/client.h"
#include "baton/decider.h"
#include "baton/worker.h"
#include "connection.h"
#include "live_coordinator.h"
#include "tests/engine/stored_run.h"

namespace baton::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kPatience = 30s;
constexpr char kSecret[] = "SECRET";  // in every value of these tests

constexpr Activity<std::string(std::string)> work{"work", "1"};
constexpr Activity<void(std::string)> beat_and_vanish{"beat_and_vanish", "1"};
constexpr Signal<std::string> more{"more"};
constexpr WorkflowType<std::string(std::string)> everything{"everything", "1"};
constexpr WorkflowType<std::string()> wait_for_more{"wait_for_more", "1"};
constexpr ActivityOptions kStep{.start_to_close = 30s, .task_list = "work"};
constexpr ActivityOptions kShort{.start_to_close = 300ms, .task_list = "work"};

// Inputs, results, details of failures and heartbeats, signals, markers, side effects.
Task<std::string> everything_code(Workflow wf, std::string input) {
  const std::string drawn = wf.side_effect("draw", [] { return std::string("SECRET side effect"); });
  wf.record_marker("note", std::string("SECRET marker"));
  const std::string result = co_await wf.schedule(work, input, kStep);
  const std::string how("SECRET failure");
  auto failing = wf.schedule(work, how, kStep);
  const auto failed = co_await failing.outcome();
  auto vanishing = wf.schedule(beat_and_vanish, how, kShort);
  const auto vanished = co_await vanishing.outcome();
  auto channel = wf.receive(more);
  const std::string signaled = co_await channel;
  co_return input + "|" + drawn + "|" + result + "|" + from_payload<std::string>(failed.failure().details()) + "|" +
      from_payload<std::string>(vanished.failure().details()) + "|" + signaled;
}
constexpr char kEverything[] = "SECRET input|SECRET side effect|done SECRET input|SECRET details|SECRET heartbeat|SECRET signal";

constexpr Update<std::string(std::string)> change{"change"};
constexpr Query<std::string(std::string)> look{"look"};

Task<> take_changes(Workflow wf) {
  auto updates = wf.receive(change);
  for (;;) {
    const auto update = co_await updates;
    update.complete("changed " + update.argument());
  }
}
Task<std::string> wait_for_more_code(Workflow wf) {
  auto answering = wf.answer(look, [](std::string where) { return "looked " + where; });
  auto taking = wf.spawn(take_changes(wf));
  auto channel = wf.receive(more);
  co_await wf.any(channel, taking);
  co_return co_await channel;
}

std::shared_ptr<const PayloadCodec> codec(const std::string& writing, const std::vector<std::string>& reading) {
  std::vector<AesKey> keys;
  for (const std::string& id : reading) keys.push_back({id, std::string(32, id.back())});
  return std::make_shared<Aes256GcmCodec>(writing, keys);
}

class CodecLiveTest : public ::testing::Test {
 protected:
  CodecLiveTest() {
    plain_.ensure_domain();
    for (const char* type : {"work", "beat_and_vanish"}) plain_.ensure_activity_type({type, "1"});
    for (const char* type : {"everything", "wait_for_more"}) plain_.ensure_workflow_type({type, "1"}, {.task_list = "decisions"});
  }
  ~CodecLiveTest() override {
    end_decider();
    end_worker();
  }

  Client client(std::shared_ptr<const PayloadCodec> codec) {
    return {coordinator_.address(), "live", {.identity = "test", .codec = std::move(codec)}};
  }
  void begin_decider(std::shared_ptr<const PayloadCodec> codec) {
    decider_ = std::make_unique<Decider>(client(std::move(codec)), "decisions", DeciderOptions{.threads = 1});
    decider_->on(everything, everything_code);
    decider_->on(wait_for_more, wait_for_more_code);
    deciding_ = std::async(std::launch::async, [this] { return decider_->run(); });
  }
  void begin_worker(std::shared_ptr<const PayloadCodec> codec) {
    worker_ = std::make_unique<Worker>(client(std::move(codec)), "work");
    worker_->on(work, [](std::string input) -> std::string {
      if (input == "SECRET failure") throw AttemptFailed("REASON", to_payload(std::string("SECRET details")));
      return "done " + input;
    });
    worker_->on(beat_and_vanish, [](Attempt& attempt, std::string) {
      attempt.heartbeat("SECRET heartbeat");
      attempt.wait(kPatience);  // until it has timed out
    });
    working_ = std::async(std::launch::async, [this] { return worker_->run(); });
  }
  void end_decider() {
    if (decider_ == nullptr) return;
    decider_->stop();
    EXPECT_EQ(deciding_.get(), 0);
    decider_.reset();
  }
  void end_worker() {
    if (worker_ == nullptr) return;
    worker_->stop();
    EXPECT_EQ(working_.get(), 0);
    worker_.reset();
  }
  // By somebody who knows nothing of codecs; the whole response.
  template <class Request, class Response>
  Response raw(grpc::Status (v1::WorkflowService::Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Execution& execution) {
    const auto stub = v1::WorkflowService::NewStub(grpc::CreateChannel(coordinator_.address(), grpc::InsecureChannelCredentials()));
    Request request;
    request.set_domain("live");
    request.mutable_execution()->set_workflow_id(execution.workflow_id);
    request.mutable_execution()->set_run_id(execution.run_id);
    Response response;
    grpc::ClientContext context;
    EXPECT_TRUE((stub.get()->*method)(&context, request, &response).ok());
    return response;
  }
  FailedDecision parked(Client& client, const Execution& execution) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      if (auto failed = client.describe(execution).failed_decision) return *failed;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "the run is not parked";
        return {};
      }
    }
  }

  LiveCoordinator coordinator_;
  Client plain_{coordinator_.address(), "live", {.identity = "plain"}};
  std::unique_ptr<Decider> decider_;
  std::unique_ptr<Worker> worker_;
  std::future<int> deciding_, working_;
};

TEST_F(CodecLiveTest, UpdatesAndQueriesAreEncodedBothWays) {
  const auto k1 = codec("k1", {"k1"});
  Client mine = client(k1);
  begin_decider(k1);
  auto run = mine.start(wait_for_more, "w");
  EXPECT_EQ(run.update(change, "SECRET change"), "changed SECRET change");
  EXPECT_EQ(run.query(look, "SECRET look"), "looked SECRET look");
  const auto history = raw(&v1::WorkflowService::Stub::GetWorkflowExecutionHistory, run.execution());
  EXPECT_THAT(history.SerializeAsString(), Not(HasSubstr(kSecret)));
  const Reply unread = plain_.query(run.execution(), "look", codec("k1", {"k1"})->encode(*to_payload(std::string("SECRET look"))));
  EXPECT_EQ(unread.payload->key_id, "k1");
  EXPECT_THAT(unread.payload->data, Not(HasSubstr(kSecret)));
  mine.signal(run.execution(), more, "enough");
  EXPECT_EQ(run.result(), "enough");
}

TEST_F(CodecLiveTest, TheCoordinatorNeverSeesPlainText) {
  const auto k1 = codec("k1", {"k1"});
  Client mine = client(k1);
  begin_decider(k1);
  begin_worker(k1);
  auto run = mine.start(everything, "w", "SECRET input");
  mine.signal(run.execution(), more, "SECRET signal");
  EXPECT_EQ(run.result(), kEverything);
  auto ended = mine.start(wait_for_more, "terminated");
  mine.terminate(ended.execution(), "enough", to_payload(std::string("SECRET termination")));
  EXPECT_EQ(from_payload<std::string>(ended.wait(kPatience)->details), "SECRET termination");

  for (const Execution& execution : {run.execution(), ended.execution()}) {
    using Workflows = v1::WorkflowService::Stub;
    const auto history = raw(&Workflows::GetWorkflowExecutionHistory, execution);
    EXPECT_GT(history.events_size(), 3);
    EXPECT_THAT(history.SerializeAsString(), Not(HasSubstr(kSecret)));
    EXPECT_THAT(raw(&Workflows::DescribeWorkflowExecution, execution).SerializeAsString(), Not(HasSubstr(kSecret)));
  }
  end_decider();
  end_worker();
  size_t records = 0;
  for (const StoredRun& stored : read_runs(coordinator_.store())) {
    for (const auto& record : stored.records) {
      ++records;
      EXPECT_THAT(record.SerializeAsString(), Not(HasSubstr(kSecret)));
    }
  }
  EXPECT_GT(records, 10u);
}

TEST_F(CodecLiveTest, WhoHasTheKeyReadsTheHistoryAndOthersSeeThatItIsEncoded) {
  const auto k1 = codec("k1", {"k1"});
  Client mine = client(k1);
  begin_decider(k1);
  begin_worker(k1);
  auto run = mine.start(everything, "w", "SECRET input");
  mine.signal(run.execution(), more, "SECRET signal");
  run.result();
  EXPECT_EQ(from_payload<std::string>(mine.history(run.execution())[0].input()), "SECRET input");
  for (Client other : {plain_, client(codec("k2", {"k2"}))}) {
    const Payload input = *other.history(run.execution())[0].input();
    EXPECT_EQ(input.encoding, "aes-256-gcm");
    EXPECT_EQ(input.key_id, "k1");
  }
  EXPECT_THROW(from_payload<std::string>(plain_.wait(run.execution())->result), PayloadError);
  EXPECT_THROW(client(codec("k2", {"k2"})).wait(run.execution()), PayloadError);
}

// Programs that write with the new key come while others still write with the old one, and a run began before all of them.
TEST_F(CodecLiveTest, KeysAreRotatedUnderRunningExecutions) {
  auto run = client(codec("k1", {"k1"})).start(everything, "w", "SECRET input");
  begin_decider(codec("k1", {"k1", "k2"}));
  begin_worker(codec("k2", {"k1", "k2"}));
  client(codec("k2", {"k2"})).signal(run.execution(), more, "SECRET signal");
  EXPECT_EQ(run.result(), kEverything);
  std::set<std::string> keys;
  const History history = plain_.history(run.execution());
  for (const HistoryEvent& event : history) {
    for (const auto& payload : {event.input(), event.result(), event.details()}) {
      if (payload) keys.insert(payload->key_id);
    }
  }
  EXPECT_EQ(keys, (std::set<std::string>{"k1", "k2"}));
}

TEST_F(CodecLiveTest, ARunWhoseKeyTheDeciderLacksWaitsForOneThatHasIt) {
  Client mine = client(codec("k2", {"k1", "k2"}));
  begin_decider(codec("k1", {"k1"}));
  auto run = mine.start(wait_for_more, "w");
  mine.signal(run.execution(), more, "SECRET signal");
  const FailedDecision failed = parked(mine, run.execution());
  EXPECT_EQ(failed.reason, "PAYLOAD_ERROR");
  EXPECT_THAT(from_payload<std::string>(failed.details), HasSubstr("key \"k2\", which this codec does not have"));
  end_decider();
  begin_decider(codec("k2", {"k1", "k2"}));
  EXPECT_EQ(run.result(), "SECRET signal");
}

TEST_F(CodecLiveTest, AnActivityWhoseKeyTheWorkerLacksFails) {
  const auto both = codec("k1", {"k1", "k2"});
  begin_decider(both);
  begin_worker(codec("k2", {"k2"}));
  Client mine = client(both);
  auto run = mine.start(everything, "w", "SECRET input");
  const auto closed = run.wait(kPatience);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->status, CloseStatus::kFailed);
  EXPECT_EQ(closed->reason, "the payload is encrypted with key \"k1\", which this codec does not have");
}

TEST_F(CodecLiveTest, WhatIsWrittenWithoutACodecIsReadByThoseWhoHaveOne) {
  const auto k1 = codec("k1", {"k1"});
  begin_decider(k1);
  auto run = client(k1).start(wait_for_more, "w");
  plain_.signal(run.execution(), more, "by hand");
  EXPECT_EQ(run.result(), "by hand");
}

}  // namespace
}  // namespace baton::testing
