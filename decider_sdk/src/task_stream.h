// The stream of decision tasks: takes offers in, sends answers in batches, and keeps both across
// broken connections.
//
// What is held. A task is held from its offer until its answer is confirmed or the coordinator says
// that it is closed. A new connection names all held tasks, and answers that were not confirmed are
// sent again: an answer is recorded once, whatever the connection does.
//
// Acknowledgements. An answer is one. Only a task that is not answered within half a second gets
// one of its own.
//
// Queries are not held: the coordinator asks another decider when this one is lost, so their answers go
// out once, on whatever connection there is by then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection.h"
#include "hooked_lock.h"
#include "shard.h"
#include "wakeup.h"

namespace baton::detail {

class FrameFiller;

// Where tasks go. Called from the stream's threads, one call at a time.
class TaskSink {
 public:
  // Decide and answer these, and drop what is cached of those, in this order.
  virtual void take(std::vector<Work> work) = 0;

 protected:
  ~TaskSink() = default;
};

class TaskStream final : public AnswerSink {
 public:
  struct Options {
    std::string task_list;
    int slots = 0;
    std::shared_ptr<MetricsHooks> metrics;
  };
  // `sink` and `wakeup` must outlive it; `wakeup` is notified when the stream breaks and when
  // nothing is held any more.
  TaskStream(std::shared_ptr<Connection> connection, Options options, TaskSink& sink,
             const Wakeup& wakeup);
  // Ends the call that may be there, and waits for that.
  ~TaskStream();

  // --- for the thread that runs the decider ---

  // Opens a new call when there is none and it is time to. Returns at once: how long until it is
  // to be called again, unless the wakeup comes first.
  Duration keep_open();
  // Acknowledges what takes long, sends again what was refused for now.
  void tick();
  // Asks for no more tasks.
  void drain();
  bool holds_nothing();

  // --- any thread ---
  void answer(std::shared_ptr<Answers> answers, std::vector<Execution> evicted) override;
  void answer(v1::QueryAnswer answer) override;

 private:
  using Clock = std::chrono::steady_clock;
  using Answer = v1::DecisionTaskAnswer;
  class Call;

  struct Held {
    std::string run_id;
    std::shared_ptr<const TaskFacts> facts;  // null: nobody is told
    Clock::time_point taken;
    bool acknowledged = false;
    bool given_up = false;           // answered as failed, since the answer was not valid
    std::shared_ptr<Answer> answer;  // not confirmed
    std::optional<Clock::time_point> send_again;  // refused for now
    bool reported = false;           // the answer was in a frame
  };

  using HeldTasks = std::unordered_map<std::string, Held>;  // by task token

  // From the call; each takes the lock.
  void received(std::shared_ptr<v1::PollDecisionTasksResponse> frame);
  void written();
  void reads_ended();
  void ended(const grpc::Status& status);

  // With the lock held.
  bool hold(const v1::DecisionTask& task);
  void confirm(const v1::DecisionConfirmation& confirmation, bool closed, std::vector<Work>* work);
  void give_up(const v1::DecisionConfirmation& confirmation, Held* held);
  void name_held();
  void write();
  bool fill_frame();
  void fill_open(FrameFiller& filler);
  static const std::string& token_of(const Answer& answer);
  void erase(HeldTasks::iterator place);
  void broken(const grpc::Status& status);
  void tell(void (MetricsHooks::*event)(const TaskFacts&), const Held& held);

  const std::shared_ptr<Connection> connection_;
  const Options options_;
  const std::string instance_id_ = make_request_id();
  TaskSink& sink_;
  const Wakeup& wakeup_;

  std::mutex mutex_;
  PendingHooks hooks_;
  std::condition_variable call_ended_;
  HeldTasks held_;
  // To be sent, oldest first.
  std::vector<std::shared_ptr<Answer>> answered_;
  std::vector<std::string> acknowledged_;
  std::vector<std::string> to_name_;
  std::vector<Execution> evicted_;
  std::vector<v1::QueryAnswer> replies_;
  bool open_frame_due_ = false;
  bool drain_due_ = false;

  std::unique_ptr<Call> call_;
  std::unique_ptr<Call> ended_;  // the one before
  bool usable_ = false;          // the call takes writes
  bool reads_ended_ = false;
  bool writing_ = false;  // frame_ is being written
  v1::PollDecisionTasksRequest frame_;
  std::vector<std::shared_ptr<Answer>> in_frame_;  // keeps the answers that frame_ refers to
  bool draining_ = false;
  bool stopping_ = false;
  bool broken_ = false;  // a call has broken, and none has brought anything since
  Backoff backoff_;
  Clock::time_point reopen_at_{};
  std::string last_complaint_;
};

}  // namespace baton::detail
