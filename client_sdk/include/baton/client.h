// Starts, signals, updates, asks and reads workflow executions, and registers what they need.
//
//   baton::Client client{"localhost:7450", "orders"};
//   auto run = client.start(process_order, "order-17", std::string("17"));
//   const int items = run.update(add_item, item);
//   std::string receipt = run.result();
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "baton/conversion.h"
#include "baton/errors.h"
#include "baton/failure_cause.h"
#include "baton/history.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/payload_codec.h"
#include "baton/query.h"
#include "baton/reply.h"
#include "baton/search_attribute.h"
#include "baton/signal.h"
#include "baton/timeout.h"
#include "baton/update.h"
#include "baton/workflow_type.h"

namespace baton {

class Connection;

// Every member of an options struct has an initializer, so that naming some of them warns nowhere.
struct ClientOptions {
  // Who calls, for people: at most 256 characters. Empty: "pid@host".
  std::string identity{};
  // One attempt of a call.
  Duration call_timeout{10'000};
  // A call that may have been applied, or that was refused for now, is sent again with the same
  // request id for as long as this, with a growing back-off.
  Duration retry_for{60'000};
  // What happens to every payload on its way; also of the deciders and workers made with this
  // client. Nothing: they travel as they are.
  std::shared_ptr<const PayloadCodec> codec{};
};

struct DomainOptions {
  std::string description{};
  // How long closed executions stay visible: whole days, at most 90.
  std::chrono::days retention{7};
};

// Defaults of a workflow type. What is left out must be given by every start.
struct WorkflowTypeOptions {
  std::string description{};
  std::string task_list{};
  Timeout execution_start_to_close = std::chrono::days(365);
  Timeout task_start_to_close = std::chrono::seconds(30);
  ChildPolicy child_policy = ChildPolicy::kTerminate;
  std::optional<int> task_priority{};
};

// Defaults of an activity type. What is left out must be given by every schedule().
struct ActivityTypeOptions {
  std::string description{};
  std::string task_list{};
  Timeout start_to_close = std::chrono::minutes(10);
  Timeout schedule_to_start = Timeout::none();
  Timeout schedule_to_close = Timeout::none();
  Timeout heartbeat = Timeout::none();
  std::optional<int> task_priority{};
};

struct StartOptions {
  std::string task_list{};  // empty: the type's default
  Timeout execution_start_to_close{};
  Timeout task_start_to_close{};
  ChildPolicy child_policy = ChildPolicy::kDefault;
  std::optional<int> task_priority{};
  std::vector<std::string> tags{};                             // at most 5
  std::map<std::string, SearchAttribute> search_attributes{};  // by name; at most 20
  std::string lambda_role{};  // the run can call functions only with one; at most 1,600 characters
  Headers headers{};          // see payload.h
  // Names this start, so that a repeat within the hour starts nothing twice. Empty: made anew.
  std::string request_id{};
};

struct UpdateOptions {
  // How long to wait for the answer; zero or less: not at all. The update stays when it is over.
  Duration patience = Duration::max();
  Headers headers{};  // see payload.h
  // Names this update, at most 64 characters: the same one, sent again within the hour, is done once and
  // gets the same answer. Empty: made anew.
  std::string request_id{};
};

struct QueryOptions {
  // How long a decider may take to answer, and to decide on what happened before: 1 ms to 60 s.
  Duration patience{10'000};
};

// One item of start_many().
struct StartRequest {
  std::string workflow_id;
  TypeName type;
  std::optional<Payload> input;
  StartOptions options;
};
// The run id, or why it was refused.
using StartVerdict = std::variant<std::string, Error>;

// How an execution ended.
struct Closed {
  CloseStatus status = CloseStatus::kOpen;
  std::optional<Payload> result;   // of kCompleted
  std::string reason;              // of kFailed and kTerminated
  std::optional<Payload> details;  // of kFailed, kCanceled and kTerminated
  std::string new_run_id;          // of kContinuedAsNew
  // Of kFailed: the class of the exception that failed it, and what made it fail (failure_cause.h);
  // empty: not known.
  std::string type{};
  FailureCauses causes{};
};

struct ExecutionInfo {
  Execution execution;
  TypeName type;
  TimePoint start_time{};
  std::optional<TimePoint> close_time;
  CloseStatus close_status = CloseStatus::kOpen;
  std::vector<std::string> tags;
  bool cancel_requested = false;
};

// A decision task that no decider could decide so far.
struct FailedDecision {
  int failures = 0;  // in a row
  std::string reason;
  std::optional<Payload> details;
  std::optional<TimePoint> parked_until;  // handed to nobody before
};

struct ExecutionDetail {
  ExecutionInfo info;
  std::string task_list;
  int open_activities = 0;
  int open_timers = 0;
  int open_decisions = 0;
  int64_t history_length = 0;
  std::optional<std::string> execution_context;
  std::map<std::string, SearchAttribute> search_attributes;
  std::optional<FailedDecision> failed_decision;  // nothing: the last decider could decide
};

// At most one of workflow_id, type, tag, search_attribute and close_status.
struct ListFilter {
  bool closed = false;         // open executions otherwise
  bool by_close_time = false;  // of closed ones: filter and order by close time, not start time
  TimePoint oldest{};          // inclusive
  std::optional<TimePoint> latest;
  std::string workflow_id;
  std::string type_name;
  std::string type_version;  // empty: every version
  std::string tag;
  // Its name. With it `equal_to`, or `least`, `most` or both, which are of one kind and included.
  std::string search_attribute;
  std::optional<SearchAttribute> equal_to;
  std::optional<SearchAttribute> least;
  std::optional<SearchAttribute> most;
  CloseStatus close_status = CloseStatus::kOpen;  // kOpen: any
  bool oldest_first = false;
};

template <class R>
class Run;

// A value: copies share one connection. Safe to use from any thread; calls block. Every call throws
// baton::Error, and PayloadError when the codec cannot encode what it is given. Nothing is connected
// before the first call.
class Client {
 public:
  // `addresses`: one or several "host:port" separated by commas; any of them serves, and another
  // is used when one fails.
  Client(std::string_view addresses, std::string_view domain, ClientOptions options = {});

  const std::string& domain() const;
  const std::string& identity() const;

  // --- registration: each ensure_… makes the thing if it is not there; true: made now ---
  bool ensure_domain(const DomainOptions& options = {});
  bool ensure_workflow_type(const TypeName& type, const WorkflowTypeOptions& options = {});
  bool ensure_activity_type(const TypeName& type, const ActivityTypeOptions& options = {});
  // As above, but what exists is an error (ALREADY_EXISTS).
  void register_domain(const DomainOptions& options = {});
  void register_workflow_type(const TypeName& type, const WorkflowTypeOptions& options = {});
  void register_activity_type(const TypeName& type, const ActivityTypeOptions& options = {});

  // --- starting ---
  template <class R, class A>
  Run<R> start(const WorkflowType<R(A)>& type, std::string workflow_id,
               const std::type_identity_t<A>& input, const StartOptions& options = {});
  template <class R>
  Run<R> start(const WorkflowType<R()>& type, std::string workflow_id,
               const StartOptions& options = {});
  Execution start(const StartRequest& request);
  // One verdict for each request, in the same order. One that is refused does not hinder others.
  std::vector<StartVerdict> start_many(std::span<const StartRequest> requests);

  // --- telling. An empty run id: the open run of the workflow id. ---
  template <class T>
  void signal(const Execution& execution, const Signal<T>& signal,
              const std::type_identity_t<T>& value, const Headers& headers = {}) {
    this->signal(execution, signal.name, to_payload(value), headers);
  }
  void signal(const Execution& execution, const Signal<void>& signal,
              const Headers& headers = {}) {
    this->signal(execution, signal.name, std::nullopt, headers);
  }
  void signal(const Execution& execution, std::string_view name,
              const std::optional<Payload>& input, const Headers& headers = {});
  void request_cancel(const Execution& execution);
  void terminate(const Execution& execution, std::string_view reason = {},
                 const std::optional<Payload>& details = std::nullopt);

  // --- asking the workflow code of an open run. An empty run id: the open run of the workflow id. ---

  // A signal that is answered: blocks until the code has answered it and the answer is in the history.
  // Throws UpdateFailed when the answer says no, and Error
  //  * DEADLINE_EXCEEDED when options.patience is over: the update stays, see there how to wait on;
  //  * FAILED_PRECONDITION (UPDATE_UNANSWERED) when the run closed without an answer.
  template <class R, class A>
  R update(const Execution& execution, const Update<R(A)>& update,
           const std::type_identity_t<A>& argument, const UpdateOptions& options = {}) {
    return detail::result_of<R, UpdateFailed>(
        update.name, answer_to(execution, update.name, to_payload<A>(argument), options));
  }
  template <class R>
  R update(const Execution& execution, const Update<R()>& update,
           const UpdateOptions& options = {}) {
    return detail::result_of<R, UpdateFailed>(
        update.name, answer_to(execution, update.name, std::nullopt, options));
  }
  // Without C++ types. Nothing: options.patience is over.
  std::optional<Reply> update(const Execution& execution, std::string_view name,
                              const std::optional<Payload>& input,
                              const UpdateOptions& options = {});

  // What the code says of itself, as it is after all that has happened until now; nothing is written.
  // Throws QueryFailed, and Error FAILED_PRECONDITION (QUERY_UNANSWERED) when no decider has answered
  // in time.
  template <class R, class A>
  R query(const Execution& execution, const Query<R(A)>& query,
          const std::type_identity_t<A>& argument, const QueryOptions& options = {}) {
    return detail::result_of<R, QueryFailed>(
        query.name, this->query(execution, query.name, to_payload<A>(argument), options));
  }
  template <class R>
  R query(const Execution& execution, const Query<R()>& query, const QueryOptions& options = {}) {
    return detail::result_of<R, QueryFailed>(
        query.name, this->query(execution, query.name, std::nullopt, options));
  }
  // Without C++ types.
  Reply query(const Execution& execution, std::string_view name,
              const std::optional<Payload>& input, const QueryOptions& options = {});

  // --- looking. An empty run id: the open run, or the latest closed one. ---
  ExecutionDetail describe(const Execution& execution);
  // All events, page after page. Payloads that the codec cannot decode stay as they are.
  History history(const Execution& execution);
  // At most `limit` executions, newest first unless the filter says otherwise.
  std::vector<ExecutionInfo> list(const ListFilter& filter, size_t limit = 1000);
  int64_t count(const ListFilter& filter);
  // Blocks until the run is closed, or for `patience`; nothing: still open then. Throws PayloadError
  // when it is closed and the codec cannot decode what it ended with.
  std::optional<Closed> wait(const Execution& execution, Duration patience = Duration::max());

  // For the SDKs and the CLI.
  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  // Throws Error DEADLINE_EXCEEDED when the patience is over.
  Reply answer_to(const Execution& execution, std::string_view update,
                  const std::optional<Payload>& input, UpdateOptions options);

  std::shared_ptr<Connection> connection_;
};

// A run that ended otherwise than by completing. what() has the reason and the chain of causes.
class ExecutionFailed : public std::runtime_error, public detail::ExplainedException {
 public:
  explicit ExecutionFailed(Closed closed);
  const Closed& closed() const { return closed_; }

  void explain(FailureCauses* causes) const override;

 private:
  Closed closed_;
};

// A started run with a typed result.
template <class R>
class Run {
 public:
  Run(Client client, Execution execution)
      : client_(std::move(client)), execution_(std::move(execution)) {}

  const Execution& execution() const { return execution_; }
  const std::string& workflow_id() const { return execution_.workflow_id; }
  const std::string& run_id() const { return execution_.run_id; }

  void request_cancel() { client_.request_cancel(execution_); }
  // As Client::update() and query().
  template <class T, class A>
  T update(const Update<T(A)>& update, const std::type_identity_t<A>& argument,
           const UpdateOptions& options = {}) {
    return client_.update(execution_, update, argument, options);
  }
  template <class T>
  T update(const Update<T()>& update, const UpdateOptions& options = {}) {
    return client_.update(execution_, update, options);
  }
  template <class T, class A>
  T query(const Query<T(A)>& query, const std::type_identity_t<A>& argument,
          const QueryOptions& options = {}) {
    return client_.query(execution_, query, argument, options);
  }
  template <class T>
  T query(const Query<T()>& query, const QueryOptions& options = {}) {
    return client_.query(execution_, query, options);
  }
  std::optional<Closed> wait(Duration patience = Duration::max()) {
    return client_.wait(execution_, patience);
  }
  // Blocks until the run is closed. Throws ExecutionFailed unless it completed.
  R result() {
    const Closed closed = *wait();
    if (closed.status != CloseStatus::kCompleted) throw ExecutionFailed(closed);
    if constexpr (!std::is_void_v<R>) return from_payload<R>(closed.result);
  }

 private:
  Client client_;
  Execution execution_;
};

template <class R, class A>
Run<R> Client::start(const WorkflowType<R(A)>& type, std::string workflow_id,
                     const std::type_identity_t<A>& input, const StartOptions& options) {
  return {*this, start(StartRequest{std::move(workflow_id),
                                    {std::string(type.name), std::string(type.version)},
                                    to_payload(input),
                                    options})};
}
template <class R>
Run<R> Client::start(const WorkflowType<R()>& type, std::string workflow_id,
                     const StartOptions& options) {
  return {*this, start(StartRequest{std::move(workflow_id),
                                    {std::string(type.name), std::string(type.version)},
                                    std::nullopt,
                                    options})};
}

}  // namespace baton
