// The statements of lists and counts: a condition for each filter that is set. Shape and order follow the indexes of `execution` and
// `execution_tag`; a list by tag walks the tag's own index and looks each run up.
#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/statements.h"

namespace baton::store::postgres {
namespace {

// The rows a query is about, with the filters numbered from `next_param`. `walked` is the table whose index gives the order.
struct Source {
  std::string name, from, where, walked;
};

Source source_of(const ExecutionQuery& query, int next_param) {
  Source source;
  source.walked = query.tag.empty() ? "e" : "t";
  source.from = query.tag.empty() ? "execution e" : "execution_tag t JOIN execution e ON e.shard = t.shard AND e.run_id = t.run_id";
  source.name = absl::StrCat(query.open ? "open" : "closed", query.by_close_time ? "_by_close" : "_by_start");
  const std::string& walked = source.walked;
  const std::string time = query.by_close_time ? "close_ms" : "start_ms";
  // The words of the index: that of open runs by workflow id and those of tags say close_status, those of lists of open runs close_ms.
  const bool by_close_ms = query.open && query.tag.empty() && query.workflow_id.empty();
  const std::string state = absl::StrCat(by_close_ms ? ".close_ms" : ".close_status", query.open ? " = 0" : " > 0");
  source.where = absl::StrCat(walked, ".domain = $1::text AND ", walked, state, " AND ", walked, ".", time, " BETWEEN $2::int8 AND $3::int8");
  const auto condition = [&](bool is_set, const char* name, const std::string& column, const char* relation, const char* type) {
    if (!is_set) return;
    absl::StrAppend(&source.name, "_", name);
    absl::StrAppend(&source.where, " AND ", column, relation, "$", next_param++, "::", type);
  };
  const auto filter = [&](bool is_set, const char* name, const std::string& column, const char* type) {
    condition(is_set, name, column, " = ", type);
  };
  // The shard first in the key of the open run; it follows from the workflow id.
  filter(!query.workflow_id.empty(), "shard", "e.shard", "int2");
  filter(!query.workflow_id.empty(), "workflow", "e.workflow_id", "text");
  filter(!query.type_name.empty(), "type", "e.type_name", "text");
  filter(!query.type_version.empty(), "version", "e.type_version", "text");
  filter(!query.tag.empty(), "tag", "t.tag", "text");
  filter(query.close_status != 0, "status", walked + ".close_status", "int2");
  condition(!query.open && query.closed_after_ms != 0, "kept", walked + ".close_ms", " > ", "int8");
  return source;
}

}  // namespace

ListStatement list_statement(const ExecutionQuery& query) {
  const Source source = source_of(query, 7);
  const std::string time = absl::StrCat(source.walked, query.by_close_time ? ".close_ms" : ".start_ms");
  const std::string place = absl::StrCat(time, query.oldest_first ? ", " : " DESC, ", source.walked, ".run_id",
                                         query.oldest_first ? "" : " DESC");
  return {absl::StrCat("list_", source.name, query.oldest_first ? "_up" : "_down"),
          absl::StrCat("SELECT e.shard, e.run_id, e.domain, e.workflow_id, e.type_name, e.type_version, e.close_status, e.start_ms, ",
                       "e.close_ms, e.tags, e.parent_workflow_id, e.parent_run_id, e.cancel_requested FROM ", source.from,
                       " WHERE ", source.where, " AND (", time, ", ", source.walked, ".run_id) ",
                       query.oldest_first ? ">" : "<", " ($4::int8, $5::uuid) ORDER BY ", place, " LIMIT $6::int4")};
}

ListStatement count_statement(const ExecutionQuery& query) {
  const Source source = source_of(query, 5);
  return {absl::StrCat("count_", source.name),
          absl::StrCat("SELECT count(*) FROM (SELECT FROM ", source.from, " WHERE ", source.where, " LIMIT $4::int8) rows")};
}

}  // namespace baton::store::postgres
