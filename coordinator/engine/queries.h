// Queries on their way: those that wait for a decider, and those that deciders have. In memory only: who asks is here, and a query that is lost
// is asked again. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "coordinator/engine/clock.h"
#include "coordinator/engine/matcher.h"

namespace baton::engine {

class Queries {
 public:
  // Called once, with no lock held: QUERY_UNANSWERED when nobody answered in time, STORE_UNAVAILABLE when the coordinator stops.
  using Done = std::function<void(absl::StatusOr<v1::Reply>)>;
  struct Query {
    v1::QueryTask task;  // but for its token
    ListKey list;        // of decision tasks
    std::string preferred_instance;
    int64_t until_ms = 0;
    Done done;
  };

  // Both outlive it.
  Queries(Matcher& matcher, DatabaseClock& clock) : matcher_(matcher), clock_(clock) {}
  ~Queries() { stop(); }

  void start();
  // Ends every query, and those that come. Idempotent, safe before start().
  void end();
  // The same, and joins its thread.
  void stop();

  // It answers queries from now on.
  void add(const std::shared_ptr<TaskPoller>& poller);
  // It gets no more. `gone`: what a stream has goes to others; what a unary poll was given is its client's. Idempotent.
  void remove(PollerId poller, bool gone);

  // To a decider that has room for it, the preferred one first; or it waits for one.
  void ask(Query query);
  // UNKNOWN_RESOURCE: nobody waits for it, or it is another domain's.
  absl::Status answer(const std::string& domain, const std::string& token, v1::Reply reply);

 private:
  struct Asked {
    Query query;
    std::multimap<int64_t, std::string>::iterator end;  // in by_end_
    PollerId poller = 0;                                 // who has it; 0: nobody
  };
  struct Answerer {
    std::shared_ptr<TaskPoller> poller;
    size_t unanswered = 0;
    bool open = true;  // gets more
  };
  // A query and who is to have it.
  using Hand = std::pair<v1::QueryTask, std::shared_ptr<TaskPoller>>;

  std::string new_token();
  Answerer* find_answerer(const Query& query);
  bool has_room(Answerer& answerer);
  // False: nobody has room for it.
  bool place(const std::string& token, std::vector<Hand>& hands);
  void place_or_wait(const std::string& token, std::vector<Hand>& hands);
  void place_waiting(const ListKey& list, std::vector<Hand>& hands);
  void give(std::vector<Hand> hands);
  // It gets no more.
  void close(Answerer& answerer);
  Query take_out(absl::flat_hash_map<std::string, Asked>::iterator asked);
  void run();
  absl::Status unanswered(const Query& query) const;

  Matcher& matcher_;
  DatabaseClock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false, stopping_ = false;
  std::random_device random_;
  absl::flat_hash_map<std::string, Asked> asked_;        // by token
  std::multimap<int64_t, std::string> by_end_;           // tokens by until_ms
  std::map<ListKey, std::deque<std::string>> waiting_;   // tokens of those that nobody has, oldest first
  std::map<ListKey, std::deque<PollerId>> lists_;        // who answers, served in turn
  absl::flat_hash_map<PollerId, Answerer> answerers_;
  std::thread thread_;
};

}  // namespace baton::engine
