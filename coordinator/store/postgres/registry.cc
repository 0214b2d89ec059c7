// Domains and types: read whole, changed by compare and set on the registry's version.
#include "coordinator/store/postgres/received.h"
#include "coordinator/store/postgres/statements.h"
#include "coordinator/store/postgres/store.h"

namespace baton::store::postgres {
namespace {

absl::Status status_of(const Answer& answer) { return answer.ok() ? absl::OkStatus() : to_status(*answer.error); }

Params type_key(const TypeRow& row) {
  return Params().text(row.domain).int2(static_cast<int16_t>(row.kind)).text(row.name).text(row.version);
}

absl::Status put_domain(Connection& connection, const DomainRow& row) {
  Params params;
  params.text(row.name).text(row.description).flag(row.deprecated).int8(row.retention_ms);
  params.texts(row.tags, [](const auto& tag) { return std::string_view(tag.first); })
      .texts(row.tags, [](const auto& tag) { return std::string_view(tag.second); })
      .text(row.configuration);
  return status_of(connection.run(kPutDomain, params));
}

absl::Status put_type(Connection& connection, const TypeRow& row) {
  Params params = type_key(row);
  params.flag(row.deprecated).int8(row.created_ms).int8(row.deprecated_ms).text(row.configuration);
  return status_of(connection.run(kPutType, params));
}

// Within a transaction.
absl::Status apply(Connection& connection, const Store::RegistryChange& change) {
  const Answer raised = connection.run(kRaiseRegistryVersion, Params().int8(change.expected_version));
  if (!raised.ok()) return to_status(*raised.error);
  if (raised.result.affected() == 0) {
    if (change.received) {
      const auto repeat = is_received(connection, change.received->key);
      if (!repeat.ok()) return repeat.status();
      if (*repeat) return absl::AlreadyExistsError("this request was received before");
    }
    return absl::FailedPreconditionError("the registry has moved on");
  }
  for (const DomainRow& row : change.put_domains) {
    if (absl::Status status = put_domain(connection, row); !status.ok()) return status;
  }
  for (const TypeRow& row : change.deleted_types) {
    if (absl::Status status = status_of(connection.run(kDeleteType, type_key(row))); !status.ok()) return status;
  }
  for (const TypeRow& row : change.put_types) {
    if (absl::Status status = put_type(connection, row); !status.ok()) return status;
  }
  return change.received ? add_received(connection, *change.received) : absl::OkStatus();
}

absl::Status read_domains(Connection& connection, RegistryDump& dump) {
  const Answer answer = connection.run(kReadDomains, {});
  if (!answer.ok()) return to_status(*answer.error);
  const Result& rows = answer.result;
  for (int i = 0; i < rows.size(); ++i) {
    DomainRow& row = dump.domains.emplace_back();
    row.name = rows.text(i, 0);
    row.description = rows.text(i, 1);
    row.deprecated = rows.flag(i, 2);
    row.retention_ms = rows.integer(i, 3);
    const std::vector<std::string> keys = rows.texts(i, 4), values = rows.texts(i, 5);
    row.configuration = rows.bytes(i, 6);
    for (size_t k = 0; k < keys.size(); ++k) row.tags.emplace_back(keys[k], values[k]);
  }
  return absl::OkStatus();
}

absl::Status read_types(Connection& connection, RegistryDump& dump) {
  const Answer answer = connection.run(kReadTypes, {});
  if (!answer.ok()) return to_status(*answer.error);
  const Result& rows = answer.result;
  for (int i = 0; i < rows.size(); ++i) {
    dump.types.push_back({.kind = static_cast<TypeKind>(rows.integer(i, 0)),
                          .domain = rows.text(i, 1),
                          .name = rows.text(i, 2),
                          .version = rows.text(i, 3),
                          .deprecated = rows.flag(i, 4),
                          .created_ms = rows.integer(i, 5),
                          .deprecated_ms = rows.integer(i, 6),
                          .configuration = rows.bytes(i, 7)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RegistryDump> PostgresStore::read_registry() {
  RegistryDump dump;
  const absl::Status status = readers_.in_transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [&](Connection& connection) {
    const Answer meta = connection.run(kMeta, {});
    if (!meta.ok()) return to_status(*meta.error);
    dump.version = meta.result.integer(0, 2);
    if (absl::Status status = read_domains(connection, dump); !status.ok()) return status;
    return read_types(connection, dump);
  });
  if (!status.ok()) return status;
  return dump;
}

absl::StatusOr<int64_t> PostgresStore::registry_version() {
  const absl::StatusOr<Result> result = readers_.read(kMeta, {});
  if (!result.ok()) return result.status();
  return result->integer(0, 2);
}

absl::Status PostgresStore::change_registry(const RegistryChange& change) {
  return readers_.in_transaction("BEGIN", [&](Connection& connection) { return apply(connection, change); });
}

}  // namespace baton::store::postgres
