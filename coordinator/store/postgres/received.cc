#include "coordinator/store/postgres/received.h"

#include "coordinator/store/postgres/random_bytes.h"
#include "coordinator/store/postgres/statements.h"

namespace baton::store::postgres {

absl::Status add_received(Connection& connection, const ReceivedRow& row) {
  const std::vector<ReceivedRow> rows = {row};
  Params params;
  params.int2s(rows, [](const ReceivedRow& r) { return r.key.workflow.shard; })
      .texts(rows, [](const ReceivedRow& r) { return std::string_view(r.key.workflow.domain); })
      .texts(rows, [](const ReceivedRow& r) { return std::string_view(r.key.workflow.workflow_id); })
      .texts(rows, [](const ReceivedRow& r) { return std::string_view(r.key.source); })
      .texts(rows, [](const ReceivedRow& r) { return std::string_view(r.key.id); })
      .byteas(rows, &ReceivedRow::verdict)
      .int8s(rows, &ReceivedRow::received_ms)
      .uuid(random_bytes(16));
  const Answer answer = connection.run(kAddReceived, params);
  if (answer.ok()) return absl::OkStatus();
  return answer.error->state == "23505" ? absl::AlreadyExistsError("this request was received before") : to_status(*answer.error);
}

absl::StatusOr<bool> is_received(Connection& connection, const ReceivedKey& key) {
  Params params;
  params.int2(key.workflow.shard).text(key.workflow.domain).text(key.workflow.workflow_id).text(key.source).text(key.id);
  const Answer answer = connection.run(kFindReceived, params);
  if (!answer.ok()) return to_status(*answer.error);
  return answer.result.size() > 0;
}

}  // namespace baton::store::postgres
