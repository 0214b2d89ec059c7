// The stream of activity tasks: takes offers in, sends acknowledgements, answers and heartbeats in
// batches, and keeps what is held across broken connections.
//
// What is held. A task is held from its offer until its answer is confirmed, or until its handler
// has ended after the coordinator said that the task is closed. A new connection names all held
// tasks, and answers that were not confirmed are sent again: an answer is recorded once, whatever
// the connection does.
//
// Acknowledgements. An answer is one. Only a task that is not answered within a few milliseconds
// gets one of its own; with `acknowledge_first`, every task does, and is passed on when it is out.
//
// Room. The coordinator fills the slots that a call was opened with. When there is no room for an
// offer, it is given back, and the call gets no more tasks: it is drained. Once there is room again,
// the call is ended and another one opened, with as many slots as there is room for.
//
// Heartbeats. At a third of the heartbeat timeout, as long as the handler runs, with the latest
// details. They go out on the stream that brings tasks: a worker that hears nothing says nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "attempt_state.h"
#include "connection.h"
#include "hooked_lock.h"
#include "wakeup.h"

namespace baton::detail {

// Where tasks go. Called from the stream's threads.
class ActivitySink {
 public:
  virtual void take(std::vector<std::shared_ptr<AttemptState>> attempts) = 0;

 protected:
  ~ActivitySink() = default;
};

// As hooks are told of it.
TaskFacts facts_of(const AttemptState& attempt, const std::string& task_list);

class ActivityStream final : public HeartbeatSink {
 public:
  struct Options {
    std::string task_list;
    int slots = 0;
    bool functions = false;  // `task_list` names the function whose calls it takes
    // As in WorkerOptions.
    bool acknowledge_first = false;
    std::function<int(int in_hand)> more_tasks;
    std::shared_ptr<MetricsHooks> metrics;
  };
  // `sink` and `wakeup` must outlive it; `wakeup` is notified when the stream breaks, when a tick
  // is due earlier than the last one said, and when nothing is held any more.
  ActivityStream(std::shared_ptr<Connection> connection, Options options, ActivitySink& sink,
                 const Wakeup& wakeup);
  // Ends the call that may be there, and waits for that.
  ~ActivityStream();

  // --- for the thread that runs the worker ---

  // Opens a new call when there is none, it is time to, and there is room. Returns at once: how long
  // until it is to be called again, unless the wakeup comes first.
  Duration keep_open();
  // Acknowledges what takes long, sends heartbeats that are due, and again what was refused for
  // now. Returns how long until it is to be called again, unless the wakeup comes first.
  Duration tick();
  // Asks for no more tasks, and gives back those that neither began nor were acknowledged.
  void drain();
  bool holds_nothing();
  // Tells every handler that still runs to stop.
  void abandon();
  // Says all that is left to say and ends the call; at most so long.
  void hang_up(Duration patience);

  // --- any thread ---

  // The handler is about to be called; false: the task is no longer ours. `attempt`: one that the
  // sink got from here, as below.
  bool begin(const std::shared_ptr<AttemptState>& attempt);
  // The handler has ended. `more`: another answer follows at once.
  void answer(const std::shared_ptr<AttemptState>& attempt,
              std::unique_ptr<v1::ActivityTaskAnswer> answer, bool more);
  void beat(const std::string& token, const Payload& details) override;

 private:
  using Clock = std::chrono::steady_clock;
  // Later than this, a task gets an acknowledgement of its own.
  static constexpr std::chrono::milliseconds kAnswerInTime{5};
  // How often the user's function is asked while there is no room.
  static constexpr std::chrono::milliseconds kLookForRoom{100};

  using Answer = v1::ActivityTaskAnswer;
  class Call;

  // An attempt with what the stream knows of it, which is for the lock.
  struct Held final : AttemptState {
    using AttemptState::AttemptState;

    bool over = false;  // no longer in held_
    bool acknowledged = false;
    bool begun = false;
    bool finished = false;           // the handler has ended
    bool closed = false;             // over without our answer
    bool given_up = false;           // answered as failed, since the answer was refused
    bool sent = false;               // the answer was in a frame of this call
    bool reported = false;           // and of this or an earlier call
    std::shared_ptr<Answer> answer;  // not confirmed
    std::optional<Clock::time_point> send_again;  // refused for now
    Clock::duration beat_every{0};                // zero: only with new details
    std::optional<Clock::time_point> next_beat;
    Clock::time_point last_beat{};
    std::optional<Payload> details;  // of the latest heartbeat
  };

  using HeldTasks = std::unordered_map<std::string_view, std::shared_ptr<Held>>;  // by their tokens

  // From the call; each takes the lock.
  void received(v1::PollActivityTasksResponse* frame);
  void written(bool ok);
  void reads_ended();
  void ended(const grpc::Status& status);

  // With the lock held. What tells a handler something returns it, to be told without the lock:
  // that may run the handler's own code.
  using Attempts = std::vector<std::shared_ptr<AttemptState>>;
  void hold(v1::ActivityTask* task, Clock::time_point now, int* room, Attempts* attempts);
  void acknowledge(const std::shared_ptr<Held>& held);
  void set_slots(int room);
  void cancel_call();
  void no_more_on_this_call();
  void confirm(const v1::TaskConfirmation& confirmation);
  void close(const v1::TaskConfirmation& confirmation, Attempts* closed);
  void find_canceled(const v1::PollActivityTasksResponse& frame, Attempts* canceled);
  void give_up(const std::shared_ptr<Held>& held, const std::string& why);
  void give_back(const Held& held);
  void erase(HeldTasks::iterator place);
  void tick_at(Clock::time_point due);
  void scan_at(Clock::time_point due);
  void scan(Clock::time_point now);
  void beat_now(Held* held, Clock::time_point now);
  void name_held(Clock::time_point now);
  void write();
  bool fill_frame();
  void broken(const grpc::Status& status);
  void tell(void (MetricsHooks::*event)(const TaskFacts&), const Held& held);
  void tell_refused(const Held& held, const std::string& why);

  // Without the lock: these ask the user's function.
  int room();
  void open_again_for_room();

  const std::shared_ptr<Connection> connection_;
  const Options options_;
  const std::string instance_id_ = make_request_id();
  ActivitySink& sink_;
  const Wakeup& wakeup_;

  std::mutex mutex_;
  PendingHooks hooks_;
  std::condition_variable call_ended_;
  HeldTasks held_;
  size_t in_hand_ = 0;  // of these, the handler has not ended
  // To be sent, oldest first.
  std::vector<std::string> to_name_;
  std::vector<std::string> to_acknowledge_;
  std::vector<std::shared_ptr<Held>> answered_;
  std::vector<std::string> beats_;
  std::vector<std::string> returned_;
  bool open_frame_due_ = false;
  bool drain_due_ = false;

  Attempts to_begin_;  // when their acknowledgements are out
  std::vector<std::shared_ptr<Held>> unacknowledged_;  // offered since the last acknowledgements
  Clock::time_point acknowledge_due_ = Clock::time_point::max();
  Clock::time_point scan_due_ = Clock::time_point::max();  // the earliest heartbeat or repetition
  Clock::time_point tick_due_{};                           // when the worker's thread comes by

  std::unique_ptr<Call> call_;
  std::unique_ptr<Call> ended_;  // the one before
  bool usable_ = false;          // the call takes writes
  bool reads_ended_ = false;
  bool writing_ = false;  // frame_ is being written
  v1::PollActivityTasksRequest frame_;
  std::vector<std::shared_ptr<Answer>> in_frame_;  // keeps the answers that frame_ refers to
  bool draining_ = false;
  bool stopping_ = false;
  size_t call_slots_ = 0;     // what the call was opened with
  bool no_room_ = false;      // the call gets no more tasks
  bool broken_ = false;       // a call has broken, and none has brought anything since
  std::optional<Clock::time_point> reopen_by_;  // the call ends to make way for another
  Clock::time_point look_for_room_at_{};
  Backoff backoff_;
  Clock::time_point reopen_at_{};
  std::string last_complaint_;
};

}  // namespace baton::detail
