#include "cli/replay_coordinator.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace baton::cli {
namespace {

constexpr int kPageEvents = 1'000;
constexpr size_t kPageBytes = 1 << 20;
constexpr auto kLongPoll = std::chrono::seconds(60);
constexpr auto kLook = std::chrono::milliseconds(50);  // how often a waiting call looks whether its caller is still there

const std::string& token_of(const v1::DecisionTaskAnswer& answer) {
  return answer.has_completed() ? answer.completed().task_token() : answer.failed().task_token();
}

constexpr char kStaleToken[] = "this is not the task that was handed out last";

}  // namespace

ReplayCoordinator::ReplayCoordinator() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::RegistryService::Service*>(this));
  builder.RegisterService(static_cast<v1::WorkflowService::Service*>(this));
  builder.RegisterService(static_cast<v1::DeciderService::Service*>(this));
  builder.RegisterService(static_cast<v1::WorkerService::Service*>(this));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) throw std::runtime_error("cannot listen on 127.0.0.1");
}

ReplayCoordinator::~ReplayCoordinator() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

void ReplayCoordinator::hand_out(Task task) {
  std::lock_guard lock(mutex_);
  task_ = std::move(task);
  token_ = "replay-" + std::to_string(++handed_out_);
  taken_ = false;
  answer_.reset();
  const auto place = std::find_if(streams_.begin(), streams_.end(), [this](const auto& stream) { return may_take(stream.second); });
  if (place != streams_.end()) write_task(place->first);
  changed_.notify_all();
}

std::optional<v1::DecisionTaskAnswer> ReplayCoordinator::wait_for_answer(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return answer_.has_value(); });
  return answer_;
}

bool ReplayCoordinator::taken() const {
  std::lock_guard lock(mutex_);
  return taken_;
}

std::set<std::string> ReplayCoordinator::polled() const {
  std::lock_guard lock(mutex_);
  return polled_;
}

bool ReplayCoordinator::may_take(const std::string& task_list) const {
  return task_ && !taken_ && !answer_ && task_->task_list == task_list;
}

void ReplayCoordinator::fill(int most_events, v1::DecisionTask* out) {
  taken_ = true;
  out->set_task_token(token_);
  out->set_started_event_id(task_->events.size());
  out->set_previous_started_event_id(task_->previous_started_event_id);
  *out->mutable_workflow_execution() = task_->execution;
  *out->mutable_workflow_type() = task_->type;
  out->set_delivery(1);
  const auto is_cancel = [](const v1::HistoryEvent& event) { return event.has_workflow_execution_cancel_requested(); };
  out->set_cancel_requested(std::any_of(task_->events.begin(), task_->events.end(), is_cancel));
  fill_page("", most_events, out->mutable_events(), out->mutable_next_page_token());
}

bool ReplayCoordinator::fill_page(const std::string& token, int most, Events* out, std::string* next_token) const {
  int next = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), next);
  const bool is_token = token.empty() || (read.ec == std::errc() && read.ptr == token.data() + token.size());
  if (!task_ || !is_token || next < 0 || next > task_->events.size()) return false;
  if (most <= 0 || most > kPageEvents) most = kPageEvents;
  size_t bytes = 0;
  for (; next < task_->events.size() && out->size() < most; ++next) {
    const v1::HistoryEvent& event = task_->events.Get(next);
    bytes += event.ByteSizeLong();
    if (bytes > kPageBytes && !out->empty()) break;
    *out->Add() = event;
  }
  *next_token = next < task_->events.size() ? std::to_string(next) : "";
  return true;
}

void ReplayCoordinator::write_task(Stream* stream) {
  v1::PollDecisionTasksResponse frame;
  fill(kPageEvents, frame.add_tasks());
  stream->Write(frame);
}

// False: it is the answer to something else.
bool ReplayCoordinator::take_answer(const v1::DecisionTaskAnswer& answer) {
  if (token_of(answer) != token_) return false;
  if (!answer_) answer_ = answer;
  changed_.notify_all();
  return true;
}

void ReplayCoordinator::read(Stream* stream, const v1::PollDecisionTasksRequest& frame) {
  std::lock_guard lock(mutex_);
  if (frame.has_open()) {
    const std::string& list = streams_[stream] = frame.open().task_list().name();
    polled_.insert(list);
    if (may_take(list)) write_task(stream);
  }
  v1::PollDecisionTasksResponse reply;
  for (const auto& answer : frame.answers()) {
    auto* const confirmation = reply.add_confirmations();
    confirmation->set_task_token(token_of(answer));
    if (take_answer(answer)) {
      confirmation->set_recorded(true);
    } else {
      confirmation->mutable_refused()->set_fault(v1::UNKNOWN_RESOURCE);
      confirmation->mutable_refused()->set_message(kStaleToken);
    }
  }
  if (!reply.confirmations().empty()) stream->Write(reply);
}

grpc::Status ReplayCoordinator::PollDecisionTasks(Context, Stream* stream) {
  for (v1::PollDecisionTasksRequest frame; stream->Read(&frame);) read(stream, frame);
  std::lock_guard lock(mutex_);
  streams_.erase(stream);
  if (!answer_) taken_ = false;  // if it was taken here, the next stream gets it
  return grpc::Status::OK;
}

bool ReplayCoordinator::wait_in_call(std::unique_lock<std::mutex>& lock, Context context, const std::string* list) {
  const auto until = std::chrono::steady_clock::now() + kLongPoll;
  const auto may_go_on = [&] { return stopping_ || (list != nullptr && may_take(*list)); };
  while (!changed_.wait_for(lock, kLook, may_go_on)) {
    if (context->IsCancelled() || std::chrono::steady_clock::now() > until) return false;
  }
  return !stopping_;
}

grpc::Status ReplayCoordinator::PollForDecisionTask(Context context, const v1::PollForDecisionTaskRequest* request,
                                                    v1::PollForDecisionTaskResponse* response) {
  if (request->reverse_order() || request->start_at_previous_started_event()) {
    return {grpc::StatusCode::UNIMPLEMENTED, "baton replay shows a history from its first event on: reverse_order and "
                                             "start_at_previous_started_event are not served"};
  }
  std::unique_lock lock(mutex_);
  polled_.insert(request->task_list().name());
  if (!request->next_page_token().empty()) {
    auto* const task = response->mutable_task();
    task->set_task_token(token_);
    const bool is_page = fill_page(request->next_page_token(), request->maximum_page_size(), task->mutable_events(), task->mutable_next_page_token());
    return is_page ? grpc::Status::OK : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "next_page_token: it did not come from here");
  }
  if (wait_in_call(lock, context, &request->task_list().name())) fill(request->maximum_page_size(), response->mutable_task());
  return grpc::Status::OK;
}

grpc::Status ReplayCoordinator::RespondDecisionTaskCompleted(Context, const v1::RespondDecisionTaskCompletedRequest* request,
                                                             v1::RespondDecisionTaskCompletedResponse*) {
  std::lock_guard lock(mutex_);
  v1::DecisionTaskAnswer answer;
  *answer.mutable_completed() = *request;
  return take_answer(answer) ? grpc::Status::OK : grpc::Status(grpc::StatusCode::NOT_FOUND, kStaleToken);
}

grpc::Status ReplayCoordinator::RespondDecisionTaskFailed(Context, const v1::RespondDecisionTaskFailedRequest* request,
                                                          v1::RespondDecisionTaskFailedResponse*) {
  std::lock_guard lock(mutex_);
  v1::DecisionTaskAnswer answer;
  *answer.mutable_failed() = *request;
  return take_answer(answer) ? grpc::Status::OK : grpc::Status(grpc::StatusCode::NOT_FOUND, kStaleToken);
}

grpc::Status ReplayCoordinator::GetWorkflowExecutionHistory(Context, const v1::GetWorkflowExecutionHistoryRequest* request,
                                                            v1::GetWorkflowExecutionHistoryResponse* response) {
  if (request->reverse_order()) return {grpc::StatusCode::UNIMPLEMENTED, "baton replay shows a history oldest first: reverse_order is not served"};
  std::lock_guard lock(mutex_);
  const bool is_it = task_ && request->execution().workflow_id() == task_->execution.workflow_id() &&
                     (request->execution().run_id().empty() || request->execution().run_id() == task_->execution.run_id());
  if (!is_it) return {grpc::StatusCode::NOT_FOUND, "baton replay knows only the execution whose task is handed out"};
  const bool is_page =
      fill_page(request->next_page_token(), request->maximum_page_size(), response->mutable_events(), response->mutable_next_page_token());
  return is_page ? grpc::Status::OK : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "next_page_token: it did not come from here");
}

grpc::Status ReplayCoordinator::RegisterDomain(Context, const v1::RegisterDomainRequest*, v1::RegisterDomainResponse*) { return grpc::Status::OK; }
grpc::Status ReplayCoordinator::RegisterWorkflowType(Context, const v1::RegisterWorkflowTypeRequest*, v1::RegisterWorkflowTypeResponse*) {
  return grpc::Status::OK;
}
grpc::Status ReplayCoordinator::RegisterActivityType(Context, const v1::RegisterActivityTypeRequest*, v1::RegisterActivityTypeResponse*) {
  return grpc::Status::OK;
}

grpc::Status ReplayCoordinator::PollActivityTasks(Context, ActivityStream* stream) {
  for (v1::PollActivityTasksRequest frame; stream->Read(&frame);) {
  }
  return grpc::Status::OK;
}

grpc::Status ReplayCoordinator::PollForActivityTask(Context context, const v1::PollForActivityTaskRequest*, v1::PollForActivityTaskResponse*) {
  std::unique_lock lock(mutex_);
  wait_in_call(lock, context, nullptr);
  return grpc::Status::OK;
}

}  // namespace baton::cli
