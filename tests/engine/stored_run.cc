#include "tests/engine/stored_run.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace baton::testing {
namespace {

constexpr int32_t kAll = 1'000'000;
constexpr int64_t kAllBytes = int64_t{1} << 40;

void read_journal(store::Store& store, StoredRun& run) {
  const auto page = store.read_history(run.execution.run, 1, false, kAllBytes);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_FALSE(page->more);
  run.rows = page->rows;
  for (const store::JournalRow& row : run.rows) {
    journal::v1::RecordBatch batch;
    if (row.format != store::kJournalFormat || !batch.ParseFromString(row.records)) continue;
    run.records.insert(run.records.end(), batch.records().begin(), batch.records().end());
  }
}

}  // namespace

std::vector<const journal::v1::Event*> StoredRun::events() const {
  std::vector<const journal::v1::Event*> events;
  for (const journal::v1::Record& record : records) {
    if (record.has_event()) events.push_back(&record.event());
  }
  return events;
}

std::vector<StoredRun> read_runs(store::Store& store) {
  std::vector<StoredRun> runs;
  const auto registry = store.read_registry();
  EXPECT_TRUE(registry.ok()) << registry.status();
  if (!registry.ok()) return runs;
  for (const store::DomainRow& domain : registry->domains) {
    for (const bool open : {true, false}) {
      store::ExecutionQuery query;
      query.domain = domain.name;
      query.open = open;
      query.limit = kAll;
      const auto found = store.list_executions(query);
      EXPECT_TRUE(found.ok()) << found.status();
      if (!found.ok()) continue;
      for (const store::ExecutionRecord& execution : *found) runs.push_back({execution, {}, {}});
    }
  }
  std::sort(runs.begin(), runs.end(),
            [](const StoredRun& a, const StoredRun& b) { return a.execution.run.run_id < b.execution.run.run_id; });
  for (StoredRun& run : runs) read_journal(store, run);
  return runs;
}

std::string event_names(const StoredRun& run) {
  std::string names;
  for (const journal::v1::Event* event : run.events()) {
    const auto* oneof = event->GetDescriptor()->oneof_decl(0);
    const auto* field = event->GetReflection()->GetOneofFieldDescriptor(*event, oneof);
    std::string name = field == nullptr ? "?" : field->message_type()->name();
    const std::string tail = "Attributes";
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace baton::testing
