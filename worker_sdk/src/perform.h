// From an activity task to its answer: calls the handler and says how it ended. Private.
#pragma once

#include <map>
#include <memory>

#include "attempt_state.h"
#include "baton/names.h"
#include "baton/worker.h"

namespace baton::detail {

using Handlers = std::map<TypeName, Handler>;

// Larger results are refused here, since a frame that holds one might not pass.
inline constexpr size_t kMostPayloadBytes = 1024 * 1024 - 16 * 1024;

// Reasons of the SDK's own; everything else is the handler's.
inline constexpr char kUnknownActivity[] = "UNKNOWN_ACTIVITY_TYPE";
inline constexpr char kResultTooLarge[] = "RESULT_TOO_LARGE";
inline constexpr char kAnswerRefused[] = "ANSWER_NOT_ACCEPTED";
inline constexpr char kWorkerStopped[] = "WORKER_STOPPED";
inline constexpr char kHandlerNotRun[] = "HANDLER_NOT_RUN";
inline constexpr char kCanceledUnasked[] = "CANCELED_WITHOUT_REQUEST";

// Never throws; the answer carries the task's token and is encoded. The handler runs on this thread.
std::unique_ptr<v1::ActivityTaskAnswer> perform(const Handlers& handlers, AttemptState& state);

// The answer that says the task failed. `reason` is cut to what is allowed; `details` may be empty.
std::unique_ptr<v1::ActivityTaskAnswer> failed_answer(const std::string& token,
                                                      std::string_view reason, std::string details);

// The answer as it may leave: with its payloads encoded, or failed because they cannot be. Throws
// nothing. `codec`: null: none.
std::unique_ptr<v1::ActivityTaskAnswer> encoded_answer(
    std::unique_ptr<v1::ActivityTaskAnswer> answer, const PayloadCodec* codec);

}  // namespace baton::detail
