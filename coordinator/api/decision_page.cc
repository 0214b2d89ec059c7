#include "coordinator/api/decision_page.h"

#include <algorithm>

#include "baton/v1/decider_service.pb.h"
#include "coordinator/core/fault.h"

namespace baton::api {
namespace {

// Where a page begins, and the head of its task: a DecisionTask without events but for its token, and the next event's id.
struct Position {
  v1::DecisionTask head;
  int64_t next_event_id = 0;
};

std::string to_bytes(const Position& position) { return std::to_string(position.next_event_id) + " " + position.head.SerializeAsString(); }

bool from_bytes(const std::string& bytes, Position& position) {
  const size_t space = bytes.find(' ');
  if (space == std::string::npos) return false;
  position.next_event_id = std::strtoll(bytes.c_str(), nullptr, 10);
  return position.head.ParseFromString(bytes.substr(space + 1));
}

uint64_t arguments_of(const DecisionPageRequest& request) {
  v1::PollForDecisionTaskRequest arguments;
  arguments.set_domain(request.domain);
  arguments.mutable_task_list()->set_name(request.task_list);
  arguments.set_identity(request.identity);
  arguments.set_maximum_page_size(request.maximum_page_size);
  arguments.set_reverse_order(request.reverse_order);
  arguments.set_start_at_previous_started_event(request.start_at_previous_started_event);
  return hash_arguments("PollForDecisionTask", arguments);
}

}  // namespace

std::string sign_decision_page(const Backend& backend, const DecisionPageRequest& request, const v1::DecisionTask& task, int64_t next_event_id) {
  Position position;
  position.head = task;
  position.head.clear_events();
  position.head.clear_next_page_token();
  position.next_event_id = next_event_id;
  return backend.tokens.sign_page(arguments_of(request), to_bytes(position), backend.engine.now_ms());
}

void read_decision_page(const Backend& backend, const core::Caller& caller, const DecisionPageRequest& request, const std::string& token,
                        std::function<void(absl::StatusOr<v1::DecisionTask>)> done) {
  const auto bytes = backend.tokens.verify_page(token, arguments_of(request), backend.engine.now_ms());
  if (!bytes.ok()) return done(bytes.status());
  auto position = std::make_shared<Position>();
  if (!from_bytes(*bytes, *position)) return done(core::fault(v1::INVALID_TOKEN, "next_page_token", "next_page_token: is damaged"));
  engine::Engine::HistoryRead read;
  read.domain = request.domain;
  read.execution = position->head.workflow_execution();
  read.reverse = request.reverse_order;
  read.limit = request.maximum_page_size;
  read.from_event_id = position->next_event_id;
  const int64_t first = request.start_at_previous_started_event ? std::max<int64_t>(1, position->head.previous_started_event_id()) : 1;
  read.until_event_id = request.reverse_order ? first : position->head.started_event_id();
  backend.engine.read_history(caller, std::move(read), [&backend, request, position, done](auto result) {
    if (!result.ok()) return done(result.status());
    v1::DecisionTask task = position->head;
    for (v1::HistoryEvent& event : result->events) *task.add_events() = std::move(event);
    if (result->next_event_id != 0) {
      position->next_event_id = result->next_event_id;
      task.set_next_page_token(backend.tokens.sign_page(arguments_of(request), to_bytes(*position), backend.engine.now_ms()));
    }
    done(std::move(task));
  });
}

}  // namespace baton::api
