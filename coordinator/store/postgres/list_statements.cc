// The statements of lists and counts: a condition for each filter that is set. Shape and order follow the indexes of `execution`,
// `execution_tag` and `execution_attribute`, which hold every filter: what is not shown is passed over in the index, and a count reads
// nothing else.
#include "absl/strings/str_cat.h"
#include "coordinator/store/postgres/statements.h"

namespace baton::store::postgres {
namespace {

// The rows a query is about, with the filters numbered from `next_param`, of the table whose index gives the order.
struct Source {
  std::string name, table, where;
};

Source source_of(const ExecutionQuery& query, int next_param) {
  Source source;
  const bool by_tag = !query.tag.empty(), by_attribute = !query.attribute_name.empty();
  source.table = by_tag ? "execution_tag" : by_attribute ? "execution_attribute" : "execution";
  source.name = absl::StrCat(query.open ? "open" : "closed", query.by_close_time ? "_by_close" : "_by_start");
  const std::string time = query.by_close_time ? "close_ms" : "start_ms";
  // The words of the index: that of open runs by workflow id and those of tags and attributes say close_status, those of lists of open runs
  // close_ms.
  const bool by_close_ms = query.open && !by_tag && !by_attribute && query.workflow_id.empty();
  source.where = absl::StrCat("domain = $1::text AND ", by_close_ms ? "close_ms" : "close_status", query.open ? " = 0" : " > 0", " AND ", time,
                              " BETWEEN $2::int8 AND $3::int8");
  const auto filter = [&](bool is_set, const char* name, const char* condition, const char* type) {
    if (!is_set) return;
    absl::StrAppend(&source.name, "_", name);
    absl::StrAppend(&source.where, " AND ", condition, " $", next_param++, "::", type);
  };
  // The shard first in the key of the open run; it follows from the workflow id.
  filter(!query.workflow_id.empty(), "shard", "shard =", "int2");
  filter(!query.workflow_id.empty(), "workflow", "workflow_id =", "text");
  filter(!query.type_name.empty(), "type", "type_name =", "text");
  filter(!query.type_version.empty(), "version", "type_version =", "text");
  filter(by_tag, "tag", "tag =", "text");
  filter(by_attribute, "attribute", "name =", "text");
  // One value is read in the order of the list; a range has to be sorted.
  const bool one_value = query.attribute_least == query.attribute_most;
  filter(by_attribute && one_value, "value", "value =", "bytea");
  filter(by_attribute && !one_value, "from", "value >=", "bytea");
  filter(by_attribute && !one_value, "to", "value <=", "bytea");
  filter(query.close_status != 0, "status", "close_status =", "int2");
  filter(!query.open && query.closed_after_ms != 0, "kept", "close_ms >", "int8");
  return source;
}

constexpr char kColumns[] =
    "e.shard, e.run_id, e.domain, e.workflow_id, e.type_name, e.type_version, e.close_status, e.start_ms, e.close_ms, e.tags, "
    "e.parent_workflow_id, e.parent_run_id, e.cancel_requested";

}  // namespace

ListStatement list_statement(const ExecutionQuery& query) {
  const Source source = source_of(query, 7);
  const std::string time = query.by_close_time ? "close_ms" : "start_ms";
  const std::string place = query.oldest_first ? absl::StrCat(time, ", run_id") : absl::StrCat(time, " DESC, run_id DESC");
  const std::string page = absl::StrCat(" FROM ", source.table, " e WHERE ", source.where, " AND (", time, ", run_id) ",
                                        query.oldest_first ? ">" : "<", " ($4::int8, $5::uuid) ORDER BY ", place, " LIMIT $6::int4");
  const std::string name = absl::StrCat("list_", source.name, query.oldest_first ? "_up" : "_down");
  // The tables of tags and attributes have not all that is shown; and the runs of a workflow id are in the order of their close in the only
  // index that has them, so that those of the page are known only when all have been seen: the rows of these alone are looked up.
  const bool looked_up = source.table != "execution" || (!query.workflow_id.empty() && !query.open && !query.by_close_time);
  if (!looked_up) return {name, absl::StrCat("SELECT ", kColumns, page)};
  return {name, absl::StrCat("SELECT ", kColumns, " FROM (SELECT shard, run_id, ", time, page, ") page CROSS JOIN LATERAL ",
                             "(SELECT * FROM execution WHERE shard = page.shard AND run_id = page.run_id LIMIT 1) e ORDER BY page.",
                             time, query.oldest_first ? ", page.run_id" : " DESC, page.run_id DESC")};
}

ListStatement count_statement(const ExecutionQuery& query) {
  const Source source = source_of(query, 5);
  return {absl::StrCat("count_", source.name),
          absl::StrCat("SELECT count(*) FROM (SELECT FROM ", source.table, " WHERE ", source.where, " LIMIT $4::int8) rows")};
}

}  // namespace baton::store::postgres
