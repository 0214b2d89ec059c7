#include "coordinator/engine/queries.h"

#include <algorithm>
#include <utility>

#include "coordinator/core/fault.h"
#include "coordinator/core/limits.h"
#include "coordinator/engine/unavailable.h"

namespace baton::engine {
namespace {

constexpr int64_t kFullRetryMs = 500;
constexpr int kTokenWords = 6;             // 192 random bits: nobody guesses one
constexpr int64_t kPlaceAgainMs = 1'000;  // a decider that was silent may be heard again

absl::Status too_many() {
  return core::with_retry_after(core::fault(v1::THROTTLING, "coordinator",
                                            "the coordinator has " + std::to_string(core::kMaxQueries) +
                                                " queries that are not answered yet: send this one again later"),
                                kFullRetryMs);
}

}  // namespace

void Queries::start() {
  thread_ = std::thread([this] { run(); });
}

void Queries::end() {
  std::vector<Query> over;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (auto& [token, asked] : asked_) over.push_back(std::move(asked.query));
    asked_.clear();
    by_end_.clear();
    waiting_.clear();
  }
  for (const Query& query : over) query.done(stopping());
}

void Queries::stop() {
  end();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Queries::new_token() {
  std::string token;
  for (int word = 0; word < kTokenWords; ++word) {
    const std::random_device::result_type bits = random_();
    token.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  return token;
}

void Queries::add(const std::shared_ptr<TaskPoller>& poller) {
  std::vector<Hand> hands;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || !answerers_.try_emplace(poller->id(), Answerer{poller}).second) return;
    lists_[poller->list()].push_back(poller->id());
    place_waiting(poller->list(), hands);
  }
  give(std::move(hands));
}

void Queries::close(Answerer& answerer) {
  if (!std::exchange(answerer.open, false)) return;
  const auto list = lists_.find(answerer.poller->list());
  std::erase(list->second, answerer.poller->id());
  if (list->second.empty()) lists_.erase(list);
}

void Queries::remove(PollerId id, bool gone) {
  std::vector<Hand> hands;
  {
    const std::lock_guard lock(mutex_);
    const auto found = answerers_.find(id);
    if (found == answerers_.end()) return;
    close(found->second);
    if (!gone) return;
    const bool unary = found->second.poller->spec().unary;
    answerers_.erase(found);
    if (unary) return;
    std::vector<std::string> again;
    for (const auto& [token, asked] : asked_) {
      if (asked.poller == id) again.push_back(token);
    }
    for (const std::string& token : again) place_or_wait(token, hands);
  }
  give(std::move(hands));
}

// A unary poll is over with whatever it gets, so its slot is taken for it.
bool Queries::has_room(Answerer& answerer) {
  if (answerer.poller->silent()) return false;
  if (answerer.poller->spec().unary) return answerer.unanswered == 0 && matcher_.take_slot_of(*answerer.poller);
  return answerer.unanswered < core::kMaxQueriesOfPoller;
}

Queries::Answerer* Queries::find_answerer(const Query& query) {
  const auto list = lists_.find(query.list);
  if (list == lists_.end()) return nullptr;
  const auto instance_of = [&](PollerId id) -> const std::string& { return answerers_.at(id).poller->spec().instance_id; };
  if (!query.preferred_instance.empty()) {
    for (const PollerId id : list->second) {
      if (instance_of(id) == query.preferred_instance && has_room(answerers_.at(id))) return &answerers_.at(id);
    }
  }
  for (size_t tried = 0; tried < list->second.size(); ++tried) {
    const PollerId id = list->second.front();
    list->second.pop_front();
    list->second.push_back(id);
    if (has_room(answerers_.at(id))) return &answerers_.at(id);
  }
  return nullptr;
}

bool Queries::place(const std::string& token, std::vector<Hand>& hands) {
  Asked& asked = asked_.at(token);
  asked.poller = 0;
  Answerer* const answerer = find_answerer(asked.query);
  if (answerer == nullptr) return false;
  ++answerer->unanswered;
  asked.poller = answerer->poller->id();
  hands.emplace_back(asked.query.task, answerer->poller);
  return true;
}

void Queries::place_or_wait(const std::string& token, std::vector<Hand>& hands) {
  if (!place(token, hands)) waiting_[asked_.at(token).query.list].push_back(token);
}

void Queries::place_waiting(const ListKey& list, std::vector<Hand>& hands) {
  const auto found = waiting_.find(list);
  if (found == waiting_.end()) return;
  std::deque<std::string> tokens = std::move(found->second);
  waiting_.erase(found);
  while (!tokens.empty() && place(tokens.front(), hands)) tokens.pop_front();
  if (!tokens.empty()) waiting_[list] = std::move(tokens);
}

void Queries::give(std::vector<Hand> hands) {
  while (!hands.empty()) {
    std::vector<Hand> again;
    for (auto& [task, poller] : hands) {
      const std::string token = task.query_token();
      bool given = false;
      poller->with_sink([&](PollerSink& sink) { given = sink.query(std::move(task)); });
      if (given) continue;
      const std::lock_guard lock(mutex_);
      if (const auto lost = answerers_.find(poller->id()); lost != answerers_.end()) close(lost->second);
      const auto asked = asked_.find(token);
      if (asked != asked_.end() && asked->second.poller == poller->id()) place_or_wait(token, again);
    }
    hands = std::move(again);
  }
}

void Queries::ask(Query query) {
  std::vector<Hand> hands;
  {
    std::unique_lock lock(mutex_);
    if (ended_ || asked_.size() >= core::kMaxQueries) {
      const absl::Status why = ended_ ? stopping() : too_many();
      lock.unlock();
      return query.done(why);
    }
    const std::string token = new_token();
    query.task.set_query_token(token);
    const auto end = by_end_.emplace(query.until_ms, token);
    asked_.emplace(token, Asked{std::move(query), end});
    const ListKey list = asked_.at(token).query.list;
    waiting_[list].push_back(token);  // behind those that wait already
    place_waiting(list, hands);
  }
  wake_.notify_one();
  give(std::move(hands));
}

absl::Status Queries::answer(const std::string& domain, const std::string& token, v1::Reply reply) {
  std::vector<Hand> hands;
  Done done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(token);
    if (found == asked_.end() || found->second.query.list.domain != domain) {
      return core::fault(v1::UNKNOWN_RESOURCE, "query_token", "query_token: nobody waits for the answer to this query any more: drop it");
    }
    const Query query = take_out(found);
    done = query.done;
    place_waiting(query.list, hands);
  }
  done(std::move(reply));
  give(std::move(hands));
  return absl::OkStatus();
}

absl::Status Queries::unanswered(const Query& query) const {
  const auto list = lists_.find(query.list);
  const std::string& run_id = query.task.workflow_execution().run_id();
  const std::string who = list == lists_.end() ? "no decider that answers queries polls task list " + query.list.task_list +
                                                     ": start one, or look whether it polls another list"
                                               : "the deciders of task list " + query.list.task_list + " have not answered: ask again";
  return core::fault(v1::QUERY_UNANSWERED, "run " + run_id, "query " + query.task.query_name() + " of run " + run_id + ": " + who);
}

Queries::Query Queries::take_out(absl::flat_hash_map<std::string, Asked>::iterator asked) {
  const auto answerer = answerers_.find(asked->second.poller);
  if (answerer != answerers_.end()) --answerer->second.unanswered;
  Query query = std::move(asked->second.query);
  const auto waiting = waiting_.find(query.list);
  if (asked->second.poller == 0 && waiting != waiting_.end()) {
    std::erase(waiting->second, asked->first);
    if (waiting->second.empty()) waiting_.erase(waiting);
  }
  by_end_.erase(asked->second.end);
  asked_.erase(asked);
  return query;
}

void Queries::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    int64_t next_ms = by_end_.empty() ? INT64_MAX : by_end_.begin()->first;
    if (!waiting_.empty()) next_ms = std::min(next_ms, clock_.now_ms() + kPlaceAgainMs);
    clock_.wait_until(wake_, lock, next_ms, [&] { return stopping_ || (!by_end_.empty() && by_end_.begin()->first < next_ms); });
    std::vector<std::pair<Query, absl::Status>> over;
    while (!by_end_.empty() && by_end_.begin()->first <= clock_.now_ms()) {
      Query query = take_out(asked_.find(by_end_.begin()->second));
      absl::Status why = unanswered(query);
      over.emplace_back(std::move(query), std::move(why));
    }
    std::vector<Hand> hands;
    std::vector<ListKey> lists;
    for (const auto& [list, tokens] : waiting_) lists.push_back(list);
    for (const ListKey& list : lists) place_waiting(list, hands);
    lock.unlock();
    for (auto& [query, why] : over) query.done(std::move(why));
    give(std::move(hands));
    lock.lock();
  }
}

}  // namespace baton::engine
