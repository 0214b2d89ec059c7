#include "perform.h"

#include "baton/log.h"
#include "coded_payloads.h"
#include "failure_envelope.h"
#include "wire.h"

namespace baton::detail {
namespace {

constexpr size_t kMostReasonChars = 256;
constexpr size_t kMostDetailsBytes = 32'768 - 512;  // with room for what a codec adds

using Answer = std::unique_ptr<v1::ActivityTaskAnswer>;

Answer empty_answer(const std::string& token) {
  auto answer = std::make_unique<v1::ActivityTaskAnswer>();
  answer->set_task_token(token);
  return answer;
}

Payload text(std::string what) {
  what.resize(std::min(what.size(), kMostDetailsBytes));
  return {std::move(what), std::string(kTextType), {}, {}};
}

std::string size_text(size_t bytes) {
  return std::to_string(bytes) + " bytes, more than the " + std::to_string(kMostPayloadBytes) +
         " that can be sent: keep them elsewhere, and say where";
}

Answer completed_answer(const std::string& token, std::optional<Payload> result) {
  if (result && result->data.size() > kMostPayloadBytes) {
    return failed_answer(token, kResultTooLarge,
                         "the result has " + size_text(result->data.size()));
  }
  Answer answer = empty_answer(token);
  auto* const completed = answer->mutable_completed();
  if (result) to_wire(std::move(*result), completed->mutable_result());
  return answer;
}

Answer failed_answer(const std::string& token, std::string_view reason, FailureFacts facts) {
  Answer answer = detail::failed_answer(token, reason, "");
  if (auto details = to_details(std::move(facts))) {
    to_wire(std::move(*details), answer->mutable_failed()->mutable_details());
  }
  return answer;
}

Answer failed_answer(const std::string& token, const AttemptFailed& failed) {
  if (failed.details() && failed.details()->data.size() > kMostPayloadBytes) {
    return detail::failed_answer(token, failed.reason(),
                                 "the details have " + size_text(failed.details()->data.size()));
  }
  return failed_answer(token, failed.reason(),
                       {failed.type(), failed.details(), causes_of(failed)});
}

Answer canceled_answer(const AttemptState& state, const Canceled& canceled) {
  const std::string& token = state.token();
  if (!state.canceled()) {  // only a requested cancellation may be answered
    return state.abandoned()
               ? detail::failed_answer(token, kWorkerStopped,
                                       "the worker ended before the activity")
               : detail::failed_answer(token, kCanceledUnasked,
                                       "the handler threw Canceled, but nobody asked for that");
  }
  Answer answer = empty_answer(token);
  auto* const outcome = answer->mutable_canceled();
  if (canceled.details() && canceled.details()->data.size() <= kMostPayloadBytes) {
    to_wire(*canceled.details(), outcome->mutable_details());
  }
  return answer;
}

// A long text is cut in the reason and whole in the details.
Answer exception_answer(const std::string& token, const std::exception& error) {
  std::string what = error.what();
  if (what.empty()) what = "the handler threw an exception";
  FailureFacts facts{type_of(error), std::nullopt, causes_of(error)};
  if (what.size() > kMostReasonChars) facts.details = text(what);
  return failed_answer(token, what, std::move(facts));
}

// Calls the handler.
Answer call(const Handlers& handlers, AttemptState& state) {
  const std::string& token = state.token();
  const auto found = handlers.find(state.type());
  if (found == handlers.end()) {
    const std::string type = state.type().name + ", version " + state.type().version;
    log(LogLevel::kWarning, "an activity came that this worker cannot do: " + type);
    return detail::failed_answer(token, kUnknownActivity,
                                 "the worker has no handler for activity type " + type +
                                     ": give it one, or schedule it on a task list whose workers "
                                     "have one");
  }
  Attempt attempt(state);
  try {
    state.decode();
    return completed_answer(token, found->second(attempt, state.input()));
  } catch (const AttemptFailed& failed) {
    return failed_answer(token, failed);
  } catch (const Canceled& canceled) {
    return canceled_answer(state, canceled);
  } catch (const std::exception& error) {
    return exception_answer(token, error);
  } catch (...) {
    return failed_answer(token, "the handler threw something that is no std::exception: throw AttemptFailed",
                         FailureFacts{type_of_current_exception(), std::nullopt, {}});
  }
}

}  // namespace

Answer failed_answer(const std::string& token, std::string_view reason, std::string details) {
  Answer answer = empty_answer(token);
  auto* const failed = answer->mutable_failed();
  failed->set_reason(cut(reason, kMostReasonChars));
  if (!details.empty()) to_wire(text(std::move(details)), failed->mutable_details());
  return answer;
}

Answer encoded_answer(Answer answer, const PayloadCodec* codec) {
  try {
    encode_payloads(codec, answer.get());
    return answer;
  } catch (const PayloadError& error) {  // nothing may leave that is not encoded
    return failed_answer(answer->task_token(), error.what(), "");
  }
}

Answer perform(const Handlers& handlers, AttemptState& state) {
  return encoded_answer(call(handlers, state), state.codec());
}

}  // namespace baton::detail
